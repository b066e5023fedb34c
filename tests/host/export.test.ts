/** Where exported files come from and where they go, with a stand-in for the trainer that writes
 * them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { createExporter } from '../../src/host/students/export.ts';
import type { ExportOrder } from '../../src/host/students/export.ts';
import type { SideJobs } from '../../src/host/jobs/side-jobs.ts';
import { addFinishedStudent, FINISHED, QUEUED } from '../support/finished-student.ts';
import { temporaryWorkspace } from '../support/workspace.ts';

const RESOURCES = join(import.meta.dirname, '../../resources');
const STUDENT: ExportOrder = { network: { trial: FINISHED }, format: 'onnx', precision: 'fp32' };
const TEACHER: ExportOrder = { network: { teacher: 'fashion-resnet' }, format: 'json', precision: 'fp16' };
const quiet = (): void => undefined;

function bench(fault?: Error) {
  const workspace = temporaryWorkspace();
  const checkpoint = addFinishedStudent(workspace);
  const out = mkdtempSync(join(tmpdir(), 'trade-test-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  const inputs: Parameters<SideJobs['export']>[0][] = [];
  const run: SideJobs['export'] = async (input, temp, report) => {
    inputs.push(input);
    report('writing the network');
    const path = join(temp, `side-1.${input.format}`);
    writeFileSync(path, 'network');
    if (fault) throw fault;
    return { file: { path, bytes: 7, sha256: '' }, maxAbsDiff: 2e-6, bound: 1e-4, images: 64 };
  };
  const other = (): never => {
    throw new Error('not asked for here');
  };
  const side: SideJobs = {
    ...{
      backend: other,
      knownBackend: other,
      teacherPredictions: other,
      evaluate: other,
      inspect: other,
      close: other,
    },
    export: run,
  };
  const exporter = createExporter({
    ...{ store: workspace.store, files: workspace.files, side, temp: workspace.files.temp, version: '1.2.3' },
    catalog: createCatalog(RESOURCES, workspace.directory),
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
  const left = (): readonly string[] => readdirSync(workspace.files.temp);
  return { exporter, inputs, out, left, checkpoint };
}

describe('createExporter', () => {
  it('puts the file in its place, tells of the stages, and leaves no folder behind', async () => {
    const { exporter, out, left } = bench();
    const stages: string[] = [];
    const file = join(out, 'ä student.onnx');
    const written = await exporter.toFile(STUDENT, file, (stage) => stages.push(stage));
    expect(written).toEqual({ file, bytes: 7, maxAbsDiff: 2e-6, bound: 1e-4, images: 64 });
    expect(readFileSync(file, 'utf8')).toBe('network');
    expect(stages).toEqual(['writing the network']);
    expect(readdirSync(out)).toEqual(['ä student.onnx']);
    expect(left()).toEqual([]);
  });

  it('gives the trainer the kept checkpoint with its hash, and the file its origin', async () => {
    const { exporter, inputs, checkpoint } = bench();
    const { name, data } = await exporter.toMemory(STUDENT);
    expect(name).toBe('nice-search-take-2-student-1.onnx');
    expect(Buffer.from(data).toString()).toBe('network');
    expect(inputs[0]).toMatchObject({
      source: {
        kind: 'student',
        weights: { path: checkpoint, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      },
      card: {
        title: 'Student 1 of "Nice search, take 2" (resnet)',
        producerVersion: '1.2.3',
        properties: { trial: FINISHED, run: 'run_1', validationAccuracy: '0.8', exported: '2026-01-02T03:04:05.000Z' },
      },
    });
  });

  it('exports a teacher under its name', async () => {
    const { exporter, inputs } = bench();
    expect((await exporter.toMemory(TEACHER)).name).toBe('fashion-resnet.json');
    expect(inputs[0]?.source).toEqual({ kind: 'teacher', directory: join(RESOURCES, 'teachers/fashion-resnet') });
  });

  it('replaces nothing and leaves nothing when the file is refused', async () => {
    const { exporter, out, left } = bench(new WorkbenchError('export.failed', 'differs'));
    const file = join(out, 'old.onnx');
    writeFileSync(file, 'old');
    await expect(exporter.toFile(STUDENT, file, quiet)).rejects.toMatchObject({ code: 'export.failed' });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(out)).toEqual(['old.onnx']);
    expect(left()).toEqual([]);
  });

  it('looks at the place before it computes', async () => {
    const { exporter, out, inputs } = bench();
    mkdirSync(join(out, 'folder'));
    for (const place of [join(out, 'missing/student.onnx'), join(out, 'folder')]) {
      await expect(exporter.toFile(STUDENT, place, quiet)).rejects.toMatchObject({
        code: 'usage.invalid',
        place: { field: '--out' },
      });
    }
    expect(inputs).toEqual([]);
    expect(existsSync(join(out, 'missing'))).toBe(false);
  });

  it('says why there is nothing to export', async () => {
    const { exporter } = bench();
    const of = (network: ExportOrder['network']) => exporter.toMemory({ ...STUDENT, network });
    await expect(of({ trial: QUEUED })).rejects.toMatchObject({
      code: 'trial.missing',
      message: 'Student 2 has no weights to export: it is queued. Choose another student.',
    });
    await expect(of({ trial: 'run_9-0000' })).rejects.toMatchObject({ code: 'trial.missing' });
    await expect(of({ teacher: 'nobody' })).rejects.toMatchObject({ code: 'teacher.missing' });
  });
});
