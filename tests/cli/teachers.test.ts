/** `teachers` and the other verbs that list or measure. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { makeBench } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

describe('teachers train', () => {
  it('moves the finished folder into the workspace and leaves nothing else behind', async () => {
    const { code, json } = await bench.trade('teachers', 'train', '--name', 'mine', '--json');
    const directory = join(bench.workspace, 'teachers/mine');
    expect(code).toBe(0);
    expect(json().map((line) => line['event'])).toEqual([...Array(3).fill('epoch.finished'), 'teacher.trained']);
    expect(json().at(-1)).toEqual({
      event: 'teacher.trained',
      teacher: { name: 'mine', directory, accuracy: { validation: 0.92, test: 0.91 } },
    });
    expect(existsSync(join(directory, 'weights.safetensors'))).toBe(true);
    expect(readdirSync(join(bench.workspace, 'cache'))).toEqual([]);
  });

  it('stops at Ctrl+C with code 130 and no half teacher', async () => {
    let sent = false;
    const args = ['teachers', 'train', '--name', 'mine', '--json'];
    const { code, stderr } = await bench.tradeWatched({ epochMs: 500 }, args, (stdout, child) => {
      if (!sent && stdout.includes('epoch.finished')) child.kill('SIGINT');
      sent = true;
    });
    expect([code, stderr]).toEqual([130, expect.stringContaining('goes on from its last epoch')]);
    expect(readdirSync(join(bench.workspace, 'teachers'))).toEqual([]);
  });

  it.each([
    { name: 'fashion-resnet', says: 'exists already' },
    { name: '../../elsewhere', says: 'begin with a letter' },
    { name: 'Big Name', says: 'begin with a letter' },
  ])('refuses the name "$name"', async ({ name, says }) => {
    const { code, stderr } = await bench.trade('teachers', 'train', '--name', name);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(stderr).toContain('name: ');
  });
});

describe('lists and measures', () => {
  it('lists teachers and data sets as one object each, without their graphs', async () => {
    const teachers = (await bench.trade('teachers', 'list', '--json')).json();
    expect(teachers).toEqual([{ teachers: [expect.objectContaining({ name: 'fashion-resnet', testAccuracy: 0.93 })] }]);
    expect(JSON.stringify(teachers)).not.toContain('"layers"');
    const datasets = (await bench.trade('datasets', 'list', '--json')).json();
    expect(datasets).toEqual([
      {
        datasets: [
          expect.objectContaining({ name: 'fashion-mnist', splits: { train: 10000, validation: 5000, test: 10000 } }),
        ],
      },
    ]);
  });

  it('tells what computes here', async () => {
    expect((await bench.trade('backend', '--json')).json()).toEqual([
      {
        ...{ backend: 'wasm', device: 'cpu (fake)', version: '0', versions: { Node: '24' }, threads: 2 },
        gflops: { matmul: 1 },
        training: { student: 'none', plain: 1 },
      },
    ]);
    expect((await bench.trade('backend')).stdout).toContain('wasm 0 on cpu (fake), 2 threads');
  });

  it('does both beside a program that has the workspace, and makes no workspace by itself', async () => {
    await bench.trade('datasets', 'list');
    await bench.trade('teachers', 'list');
    await bench.trade('backend');
    expect(existsSync(bench.workspace)).toBe(false);
    const workspace = openWorkspace(bench.workspace);
    const codes = [
      (await bench.trade('datasets', 'list')).code,
      (await bench.trade('teachers', 'list')).code,
      (await bench.trade('backend')).code,
    ];
    workspace.close();
    expect(codes).toEqual([0, 0, 0]);
  });

  it('finds an empty workspace sound', async () => {
    expect((await bench.trade('doctor')).stdout).toContain('Everything is sound');
  });
});

describe('teachers import', () => {
  const order = ['--name', 'theirs', '--dataset', 'fashion-mnist'];

  it('says in its last line how good it is, and keeps the folder whole', async () => {
    const file = join(bench.folder, 'model.onnx');
    writeFileSync(file, 'a fake reads none');
    const { code, json } = await bench.trade('teachers', 'import', file, ...order, '--mean', '0.5,0.5,0.5', '--json');
    expect(code).toBe(0);
    const teacher = { name: 'theirs', accuracy: 0.9, testAccuracy: 0.9, params: 1000, notes: ['It is a fake.'] };
    expect(json().at(-1)).toMatchObject({ teacher: { ...teacher, guesses: [{ scale: '0-1', accuracy: 0.9 }] } });
    const folder = join(bench.workspace, 'teachers/theirs');
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.onnx.data', 'teacher.json']);
    const again = await bench.trade('teachers', 'import', file, ...order);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
  });

  it('takes answers and several teachers as well, and says which images they were judged on', async () => {
    const file = join(bench.folder, 'logits.npy');
    writeFileSync(file, 'a fake reads none');
    const answers = await bench.trade('teachers', 'import', file, ...order, '--gives', 'logits', '--json');
    const judged = { kind: 'logits', accuracy: 0.8, accuracyOf: 'train', trainAccuracy: 0.8, gives: 'logits' };
    expect(answers.json().at(-1)).toMatchObject({ teacher: { name: 'theirs', ...judged } });
    const named = ['--name', 'both', '--dataset', 'fashion-mnist', '--ensemble', 'fashion-resnet,theirs'];
    const both = await bench.trade('teachers', 'import', ...named, '--mean', 'probabilities', '--json');
    const members = ['fashion-resnet', 'theirs'];
    expect(both.json().at(-1)).toMatchObject({ teacher: { name: 'both', kind: 'ensemble', members, accuracy: 0.95 } });
    const { stdout } = await bench.trade('teachers', 'list');
    expect(stdout).toMatch(/both +ensemble .*95\.0/);
    expect(stdout).toMatch(/theirs +logits +fashion-mnist +- +- +-/);
  });

  it.each([
    { args: ['nowhere.onnx', ...order], says: 'there is no such file' },
    { args: ['.', ...order], says: 'this is no file' },
    { args: ['.', ...order, '--mean', 'half'], says: 'mean: give none, dataset, imagenet, or numbers' },
    { args: order, says: 'give either a file or the teachers of an ensemble (--ensemble T1,T2)' },
    { args: ['.', ...order, '--ensemble', 'a,b'], says: 'give either a file or the teachers of an ensemble' },
    { args: [...order, '--ensemble', 'fashion-resnet'], says: 'ensemble: 2 to 16 members are expected' },
    { args: [...order, '--ensemble', 'a,b', '--mean', 'dataset'], says: 'mean' },
    { args: [...order, '--ensemble', 'a,b', '--scale', '0-1'], says: 'scale' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stderr } = await bench.trade('teachers', 'import', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(existsSync(join(bench.workspace, 'teachers/theirs'))).toBe(false);
  });
});
