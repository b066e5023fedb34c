/** A teacher whose layers are not known is one everywhere, but where layers are asked for. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { readTeacherCard, readTeacherSources } from '../../src/host/library/teacher-files.ts';
import { teacherFor } from '../../src/host/runs/plan-teacher.ts';
import { filled, packed, taken } from '../support/archives.ts';
import { writeFakeOnnxTeacher } from '../support/fake-teacher.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { temporaryWorkspace } from '../support/workspace.ts';
import type { Host } from '../../src/host/for-shells.ts';

const folder = temporaryFolder();
let host: Host;
let workspace: string;
beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
  workspace = (await host.client.system.info()).workspace;
  writeFakeOnnxTeacher(join(workspace, 'teachers', 'theirs'), 'theirs');
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

describe('a teacher from elsewhere', () => {
  it('is listed without layers and MACs, and tells how it is shown images', async () => {
    const teachers = await host.client.catalog.teachers();
    const theirs = teachers.find(({ name }) => name === 'theirs');
    expect(theirs).toMatchObject({ params: 1000, validationAccuracy: 0.9, dataset: 'fashion-mnist' });
    expect([theirs?.graph, theirs?.macs]).toEqual([undefined, undefined]);
    const { facts } = await host.client.library.teacher({ name: 'theirs' });
    expect(facts).toContainEqual(['Input', 'images, float32, NCHW']);
    expect(facts).toContainEqual(['Pixels', '0-1, mean none, deviation none']);
  });

  it('teaches by logits; losses on features are refused before a run is written', async () => {
    const catalog = createCatalog(join(folder.path, 'resources'), workspace);
    const dataset = await catalog.dataset('fashion-mnist');
    const orderOf = (loss: string, teacher?: string) => {
      const { recipe } = parseSearch({ name: 'x', recipe: { distillation: { loss } } });
      return { recipe, teacher };
    };
    expect((await teacherFor(catalog, orderOf('kd', 'theirs'), dataset))?.name).toBe('theirs');
    for (const loss of ['at', 'fitnet', 'crd']) {
      const error: unknown = await teacherFor(catalog, orderOf(loss, 'theirs'), dataset).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(WorkbenchError);
      expect(error).toMatchObject({ code: 'teacher.mismatch', place: { field: 'recipe.distillation.loss' } });
      expect(String(error)).toContain('Choose a loss on logits (kd, mse, dkd or dist)');
      // Where none is named, the one with layers teaches.
      expect((await teacherFor(catalog, orderOf(loss), dataset))?.name).toBe('fashion-resnet');
    }
  });

  it('is known by its file and by how it is read', async () => {
    const place = join(folder.path, 'other');
    writeFakeOnnxTeacher(place, 'other');
    const card = await readTeacherCard(place);
    const before = await readTeacherSources(place, card);
    writeFileSync(
      join(place, 'teacher.json'),
      JSON.stringify(card).replace('"order":"rgb","type"', '"order":"bgr","type"'),
    );
    const after = await readTeacherSources(place, await readTeacherCard(place));
    expect(after.weights).toBe(before.weights);
    expect(after.network).not.toBe(before.network);
  });
});

describe('in an archive', () => {
  it('it comes with all of its files, or is left out where one is another', async () => {
    const [from, into] = [filled(), temporaryWorkspace('into')];
    for (const name of ['sound', 'spoilt']) writeFakeOnnxTeacher(join(from.directory, 'teachers', name), name);
    writeFileSync(join(from.directory, 'teachers/spoilt/model.onnx.data'), 'other weights');
    const { folders, notes } = await taken(into, await packed(from));
    expect(folders).toEqual(['teachers/sound']);
    expect(notes.join()).toContain('model.onnx.data is not what its card says');
    const card = await readTeacherCard(join(into.directory, 'teachers', 'sound'));
    expect(card).toMatchObject({ kind: 'onnx', name: 'sound' });
  });
});
