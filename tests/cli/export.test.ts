/** `trade export` with the real trainer and ONNX Runtime, beside a session that holds the
 * workspace. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { addFinishedStudent, FINISHED, QUEUED } from '../support/finished-student.ts';
import { realTrade } from './command-line.ts';

let folder: string;
let workspace: Workspace;
let checkpoint: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trade export ü '));
  workspace = openWorkspace(join(folder, 'workspace'));
  checkpoint = addFinishedStudent(workspace);
});

afterAll(() => {
  workspace.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const out = (name: string): string => join(folder, name);
const trade = (...args: string[]) => realTrade('export', ...args, '--workspace', workspace.directory);

describe('trade export', () => {
  it('writes ONNX that agrees with the trained student', async () => {
    const { code, stderr, json } = await trade(FINISHED, '--out', out('a.onnx'), '--json');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('64 validation examples') as string,
    });
    const bytes = statSync(out('a.onnx')).size;
    expect(json()).toEqual([{ file: out('a.onnx'), bytes, maxAbsDiff: expect.any(Number) as number }]);
    expect(json()[0]?.['maxAbsDiff']).toBeLessThanOrEqual(1e-4);
    expect(readFileSync(out('a.onnx')).toString('latin1')).toContain(FINISHED);
  });

  it('takes a student by its run and the number that windows show: run_1/1 is the first, run_1-0000', async () => {
    // "trade show" told no name that "trade export" took.
    const shown = await realTrade('show', 'run_1', '--workspace', workspace.directory);
    expect(shown.stdout).toContain('run_1/1 is the first');
    const { code, stderr } = await trade('run_1/1', '--format', 'json', '--out', out('numbered.json'));
    expect([code, stderr]).toEqual([0, expect.anything()]);
    expect(readFileSync(out('numbered.json'), 'utf8')).toContain(`"${FINISHED}"`);
  });

  it('halves a teacher, and says how far that takes it', async () => {
    const { code, stdout } = await trade('teacher:fashion-resnet', '--precision', 'fp16', '--out', out('t.onnx'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/t\.onnx: 1,4\d\d,\d{3} bytes; on 64 validation examples its logits differ by \d/);
  });

  it('writes JSON that stands alone', async () => {
    const { code } = await trade(FINISHED, '--format', 'json', '--out', out('a.json'));
    expect(code).toBe(0);
    const file = JSON.parse(readFileSync(out('a.json'), 'utf8')) as Record<string, unknown>;
    expect(file).toMatchObject({
      form: 'trade-network',
      graph: { family: 'resnet' },
      weights: { form: 'safetensors' },
    });
  });

  it.each(['run_1/0', 'run_1/3', 'run_2/1'])('refuses %s, which is no student, in words', async (name) => {
    const { code, stderr } = await trade(name, '--out', out('none.onnx'));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`no student "${name}"`)]);
    expect(existsSync(out('none.onnx'))).toBe(false);
  });

  it.each([
    ['another form', [FINISHED, '--format', 'pdf', '--out', 'x.onnx'], 'onnx, json'],
    ['no place', [FINISHED], '--out'],
    ['a folder that is not there', [FINISHED, '--out', '/no/such/folder/x.onnx'], 'no folder /no/such/folder'],
    ['a student that is not trained', [QUEUED, '--out', join(tmpdir(), 'x.onnx')], 'it is queued'],
    ['a student that is not there', ['nothing', '--out', join(tmpdir(), 'x.onnx')], 'no trial "nothing"'],
    ['a teacher that is not there', ['teacher:nobody', '--out', join(tmpdir(), 'x.onnx')], 'no teacher "nobody"'],
  ])('refuses %s as bad input', async (_what, args, words) => {
    const { code, stdout, stderr } = await trade(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('fails on a damaged checkpoint and leaves no file', async () => {
    truncateSync(checkpoint, statSync(checkpoint).size - 100);
    const { code, stderr } = await trade(FINISHED, '--out', out('b.onnx'));
    expect(code).toBe(1);
    expect(stderr).toContain(checkpoint);
    expect(existsSync(out('b.onnx'))).toBe(false);
  });
});
