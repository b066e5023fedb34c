/** Cards of teachers and data sets, as anybody may have written them: host and trainer read one
 * definition, so that nothing is offered that a trainer then refuses. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { learnedFrom } from '../../src/core/teacher.ts';
import { readTeacherCard as readInTrainer } from '../../src/compute/teachers/card.ts';
import { readDatasetCard } from '../../src/host/library/dataset-files.ts';
import { readTeacherCard } from '../../src/host/library/teacher-files.ts';
import { writeSmallDataset, writeSmallTeacher } from '../support/small-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'cards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said = async (read: () => unknown): Promise<unknown> => {
  try {
    await read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

function changed(
  name: string,
  file: string,
  write: (directory: string) => void,
  [from, to]: readonly [string, string],
) {
  const directory = join(folder, name);
  mkdirSync(directory);
  write(directory);
  const text = readFileSync(join(directory, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(directory, file), text.replace(from, to));
  return directory;
}

describe('a teacher whose card is strange', () => {
  it.each([
    ['normalisation', ['"normalisation"', '"normalization"']],
    ['normalisation.mean', ['"mean":0.28', '"mean":"0.28"']],
    ['weights.file', ['"file":"', '"file":"../']],
    ['weights.sha256', ['"sha256"', '"sha265"']],
    ['graph.layers.0.layer.op', ['"op":"input"', '"op":"inlet"']],
    ['accuracy.test', ['"test":0.93', '"test":null']],
  ] as const)('is refused at %s, by the host as by a trainer', async (field, change) => {
    const directory = changed(`teacher-${field}`, 'teacher.json', writeSmallTeacher, change);
    const words = await said(() => readTeacherCard(directory));
    expect(words).toContain(`teacher.json: ${field}`);
    expect(await said(() => readInTrainer(directory))).toBe(words);
  });

  it('that does not know what it learned from is taken all the same', async () => {
    const change = ['"trainImages":160', '"trainImages":160,"sources":{"at":"yesterday"}'] as const;
    const directory = changed('teacher-sources', 'teacher.json', writeSmallTeacher, change);
    expect(learnedFrom(await readTeacherCard(directory))).toBeUndefined();
    expect(learnedFrom(readInTrainer(directory))).toBeUndefined();
  });
});

describe('a data set whose card is strange', () => {
  it.each([
    ['title', ['"title":"Small"', '"title":7']],
    ['shape', ['"shape":[28,28,1]', '"shape":[28,28]']],
    ['shape.0', ['"shape":[28,28,1]', '"shape":[0,28,1]']],
    ['splits.val.images.file', ['"file":"val-images', '"file":"../val-images']],
    ['splits.test.count', ['"test":{"count":40', '"test":{"count":-40']],
  ] as const)('is refused at %s, by the host as by a trainer', async (field, change) => {
    const directory = changed(`dataset-${field}`, 'dataset.json', (place) => writeSmallDataset(place), change);
    expect(await said(() => readDatasetCard(directory))).toContain(`dataset.json is damaged: ${field}`);
    expect(await said(() => loadDataset(directory))).toContain(`dataset.json is broken: ${field}`);
  });
});
