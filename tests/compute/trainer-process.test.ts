/** A trainer process over its real channel: it trains, obeys, refuses rubbish, and does not outlive
 * its parent. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { costOf } from '../../src/core/arch/cost.ts';
import type { DatasetSources, Recorded } from '../../src/core/records/sources.ts';
import type { Input } from '../../src/compute/tasks/tasks.ts';
import { COMBINING } from '../../src/compute/tasks/train/task.ts';
import type { Trained } from '../../src/compute/tasks/train/task.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { decodeTensors, roundToHalf } from '../../src/compute/files/safetensors.ts';
import { idxBytes, TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTransformer } from './support/tiny-training.ts';
import { ENTRY, ENVIRONMENT, orderOf, reportsOf, startTrainer as launch } from './support/trainer.ts';
import type { Trainer } from './support/trainer.ts';

const folder = mkdtempSync(join(tmpdir(), 'process-'));
const directory = writeTinyDataset(join(folder, 'data'));
const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

function startTrainer(): Trainer {
  const trainer = launch(folder);
  children.add(trainer.child);
  return trainer;
}

function student(changes: Partial<Input<'train'>> = {}): Input<'train'> {
  return {
    graph: tinyConvolutional(),
    dataset: { directory },
    recipe: TINY_RECIPE,
    checkpoints: { precision: 'fp32', keep: 'last' },
    seed: 3,
    ...changes,
  };
}

/** What a student is evaluated by. */
function kept({ checkpoint: { path, sha256 } }: Trained, dataset = { directory }) {
  const source = { kind: 'student', graph: tinyConvolutional(), weights: { path, sha256 } } as const;
  return { source, dataset, split: 'validation' } as const;
}

const AT = '2026-01-02T03:04:05.000Z';

/** Of the tiny data set's folder, by the bytes behind the headers of its files. */
function sourcesIn(place: string): Recorded<DatasetSources> {
  const hash = (file: string, header: number): string =>
    createHash('sha256')
      .update(gunzipSync(readFileSync(join(place, file))).subarray(header))
      .digest('hex');
  const split = (name: string) => ({ images: hash(`${name}-images.gz`, 16), labels: hash(`${name}-labels.gz`, 8) });
  const splits = { train: split('train'), val: split('val'), test: split('test') };
  return { at: AT, shape: [TINY.side, TINY.side, 1], classes: ['a', 'b', 'c'], splits };
}

const LONG = { ...TINY_RECIPE, epochs: 1000 };

describe('the trainer process', () => {
  it('trains and evaluates: each event has the fence, each file is whole, hashed and in the temp folder', async () => {
    const { order, trained, done, epochs, events } = startTrainer();
    order('train', 'one', student());
    const result = await trained('one');
    expect(result.params).toBe(costOf(tinyConvolutional()).params);
    expect(result.predictions.probabilities).toBeInstanceOf(Float32Array);
    expect(result.predictions.count).toBe(TINY.val);
    expect(epochs('one').map(({ point }) => point.epoch)).toEqual([1, 2, 3]);
    for (const { checkpoint } of [...epochs('one'), result]) {
      expect(checkpoint.path.startsWith(join(folder, 'temp'))).toBe(true);
      expect(createHash('sha256').update(readFileSync(checkpoint.path)).digest('hex')).toBe(checkpoint.sha256);
    }
    order('evaluate', 'two', kept(result));
    expect((await done('evaluate', 'two')).accuracy).toBe(result.accuracy);
    const fences = events.flatMap((event) => ('fence' in event ? [event.fence] : []));
    expect(new Set(fences)).toEqual(new Set(['fence-1']));
    expect(readdirSync(join(folder, 'temp')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('holds while paused, goes on when resumed; stopped, its last epoch ends as the unstopped run', async () => {
    const { send, order, next, trained, epoch, epochs, events } = startTrainer();
    const recipe = { ...TINY_RECIPE, epochs: 80 };
    order('train', 'whole', student({ recipe }));
    const whole = await trained('whole');
    order('train', 'held', student({ recipe }));
    await epoch('held');
    send({ type: 'pause', jobId: 'held' });
    await next('held', 'held');
    const heard = events.length;
    await setTimeout(300);
    expect(events.length).toBe(heard);
    send({ type: 'resume', jobId: 'held' });
    while (events.length === heard) await setTimeout(5);
    send({ type: 'stop', jobId: 'held' });
    await next('stopped', 'held');
    const last = epochs('held').at(-1);
    order('train', 'again', student({ recipe, resumeFrom: last?.checkpoint }));
    expect((await trained('again')).checkpoint.sha256).toBe(whole.checkpoint.sha256);
    expect(epochs('again')[0]?.point.epoch).toBe((last?.point.epoch ?? 0) + 1);
  });

  it('rests where a leg ends, with figures, without files, and goes on to the end of the unbroken run', async () => {
    const { order, next, done, trained, epochs } = startTrainer();
    order('train', 'whole', student());
    const whole = await trained('whole');
    order('train', 'leg', student({ until: 2 }));
    const rested = await done('train', 'leg');
    const last = epochs('leg').at(-1);
    if (last === undefined) throw new Error('it has told of its epochs');
    const { validationAccuracy: accuracy, validationLoss: loss } = last.point;
    expect(rested).toEqual({ type: 'rested', epoch: 2, accuracy, loss });
    order('train', 'on', student({ resumeFrom: last.checkpoint }));
    expect((await trained('on')).checkpoint.sha256).toBe(whole.checkpoint.sha256);
    order('train', 'odd', student({ until: 0 }));
    expect((await next('failed', 'odd')).message).toContain('"until"');
  });

  it('begins with the weights of a parent of that hash, and goes on as if it had not been stopped', async () => {
    const { order, next, done, trained, epochs } = startTrainer();
    order('train', 'parent', student());
    const { path, sha256 } = (await trained('parent')).checkpoint;
    const { graph } = student();
    const from = { map: 'inherit', seed: 1, parents: [{ path, sha256, graph }] } as const;
    const child = (more: Partial<Input<'train'>> = {}): Input<'train'> => student({ from, seed: 99, ...more });
    order('train', 'child', child());
    const whole = await trained('child');
    order('train', 'stranger', student({ seed: 99 }));
    await trained('stranger');
    const lossOf = (jobId: string): number => epochs(jobId)[0]?.point.trainLoss ?? NaN;
    expect(lossOf('child')).toBeLessThan(lossOf('stranger'));
    order('train', 'leg', child({ until: 1 }));
    await done('train', 'leg');
    const last = epochs('leg').at(-1);
    // By now its parent may be gone.
    const gone = { ...from, parents: [{ path: `${path}-gone`, sha256, graph }] };
    order('train', 'on', child({ resumeFrom: last?.checkpoint, from: gone }));
    expect((await trained('on')).checkpoint.sha256).toBe(whole.checkpoint.sha256);
    order('train', 'gone', child({ from: gone }));
    expect(await next('failed', 'gone')).toMatchObject({ code: 'checkpoint.corrupt' });
    order('train', 'other', child({ from: { ...from, parents: [{ path, sha256: 'f'.repeat(64), graph }] } }));
    expect((await next('failed', 'other')).message).toContain('hash');
  });

  it('combines filters of a parent by a search that can be stopped, and comes out the same again', async () => {
    const { send, order, next, trained, events } = startTrainer();
    order('train', 'parent', student());
    const { path, sha256 } = (await trained('parent')).checkpoint;
    const from = { map: 'expand', seed: 5, parents: [{ path, sha256, graph: tinyConvolutional() }] } as const;
    const wider = (more: Partial<Input<'train'>> = {}): Input<'train'> =>
      student({ graph: tinyConvolutional(12), from, seed: 99, ...more });
    order('train', 'stopped', wider());
    const isCombining = (): boolean =>
      reportsOf(events, 'stopped').some((report) => report.type === 'progress' && report.stage === COMBINING);
    while (!isCombining()) await setTimeout(1);
    send({ type: 'stop', jobId: 'stopped' });
    await next('stopped', 'stopped');
    order('train', 'whole', wider());
    const whole = await trained('whole');
    order('train', 'again', wider());
    expect((await trained('again')).checkpoint.sha256).toBe(whole.checkpoint.sha256);
    expect(JSON.stringify(events)).toMatch(/4 combined filters took the loss over \d+ training examples from \d/);
    order('train', 'copied', wider({ from: { ...from, map: 'inherit' } }));
    expect((await trained('copied')).checkpoint.sha256).not.toBe(whole.checkpoint.sha256);
    // Of the same images, but three of each pixel: another network's input.
    const colour = { ...tinyConvolutional(), inputShape: [TINY.side, TINY.side, 3] };
    order('train', 'colour', wider({ graph: colour }));
    expect((await next('failed', 'colour')).message).toContain(`reads ${TINY.side} x ${TINY.side} x 3`);
  });

  it('refuses rubbish, unknown orders, a second job and names that leave the folder, and works on', async () => {
    const { send, order, next, epoch, events } = startTrainer();
    await next('ready');
    send('rubbish');
    send(7);
    send({ type: 'explode', jobId: 'odd', fence: 'f' });
    send({ ...orderOf(folder, 'train', 'homeless', student()), folders: {} });
    send(orderOf(folder, 'juggle', 'unknown', {}));
    send(orderOf(folder, 'import', 'elsewhere', {}));
    send(orderOf(folder, 'train', 'no-recipe', { ...student(), recipe: { epochs: 'many' } }));
    order('train', '../outside', student());
    send({ type: 'pause', jobId: 'nobody' });
    order('train', 'first', student({ recipe: LONG }));
    order('train', 'second', student());
    // A quick machine ends an epoch before it reads the last order.
    await Promise.all([epoch('first'), next('failed', 'second')]);
    const refused = events.flatMap((event) => (event.type === 'failed' ? [event.jobId] : []));
    expect(refused).toEqual(['odd', 'homeless', 'unknown', 'elsewhere', 'no-recipe', '../outside', 'second']);
    expect((await next('failed', 'homeless')).message).toContain('"folders.temp"');
    expect((await next('failed', 'unknown')).message).toContain('no kind of task "juggle"');
    expect((await next('failed', 'elsewhere')).message).toContain('does not do "import"');
    expect((await next('failed', 'no-recipe')).message).toContain('"recipe.epochs"');
    expect((await next('failed', 'second')).message).toContain('busy with job first');
    send({ type: 'stop', jobId: 'first' });
    await next('stopped', 'first');
  });

  it('turns what goes wrong in a job into words and a code, and is ready for the next', async () => {
    const { order, next, trained } = startTrainer();
    order('train', 'lost', student({ dataset: { directory: join(folder, 'nowhere') } }));
    expect(await next('failed', 'lost')).toMatchObject({ code: 'dataset.missing', fence: 'fence-1' });
    // Each step takes the weights times -9 and on: as far as a recipe can go.
    const wild = { ...TINY_RECIPE, learningRate: 10, weightDecay: 1, warmupEpochs: 0 };
    order('train', 'wild', student({ recipe: wild }));
    expect(await next('failed', 'wild')).toMatchObject({
      code: 'trainer.failed',
      message: expect.stringContaining('no longer finite numbers in epoch 2'),
    });
    const graph = tinyConvolutional();
    order('train', 'unsound', student({ graph: { ...graph, layers: graph.layers.slice(0, -1) } }));
    expect(await next('failed', 'unsound')).toMatchObject({ code: 'graph.invalid' });
    order('train', 'sound', student());
    await trained('sound');
  });

  it('names data, checkpoints and teachers that are of no use, fails that job alone, and works on', async () => {
    const { order, next, trained, epoch } = startTrainer();
    const failure = async (jobId: string, changes: Partial<Input<'train'>>) => {
      order('train', jobId, student(changes));
      const { code, message } = await next('failed', jobId);
      return { code, message };
    };
    const oneClass = writeTinyDataset(join(folder, 'one-class'));
    writeFileSync(join(oneClass, 'train-labels.gz'), gzipSync(idxBytes([TINY.train], new Uint8Array(TINY.train))));
    expect(await failure('one-class', { dataset: { directory: oneClass } })).toEqual({
      code: 'dataset.corrupt',
      message: expect.stringContaining('All 96 training images of data set "tiny" are of one class, "a"'),
    });
    const grey = writeTinyDataset(join(folder, 'grey'));
    const pixels = new Uint8Array(TINY.train * TINY.side ** 2).fill(7);
    const shape = [TINY.train, TINY.side, TINY.side];
    writeFileSync(join(grey, 'train-images.gz'), gzipSync(idxBytes(shape, pixels)));
    expect(await failure('grey', { dataset: { directory: grey } })).toEqual({
      code: 'dataset.corrupt',
      message: expect.stringContaining('have the same pixels, all 7'),
    });
    expect(await failure('wide', { recipe: { ...TINY_RECIPE, batchSize: 97 } })).toEqual({
      code: 'config.invalid',
      message: expect.stringContaining('A batch of 97 is larger than the 96 training examples'),
    });
    order('train', 'other', student({ graph: tinyTransformer() }));
    const { checkpoint } = await epoch('other');
    await trained('other');
    expect(await failure('strange', { resumeFrom: checkpoint })).toEqual({
      code: 'checkpoint.corrupt',
      message: expect.stringContaining('is missing or of another size'),
    });
    const cut = join(folder, 'cut.safetensors');
    const bytes = readFileSync(checkpoint.path).subarray(0, -9);
    writeFileSync(cut, bytes);
    const found = { path: cut, sha256: createHash('sha256').update(bytes).digest('hex') };
    expect(await failure('cut-short', { graph: tinyTransformer(), resumeFrom: found })).toEqual({
      code: 'checkpoint.corrupt',
      message: expect.stringContaining('ends inside tensor'),
    });
    const other = { path: cut, sha256: checkpoint.sha256 };
    expect(await failure('another', { graph: tinyTransformer(), resumeFrom: other })).toMatchObject({
      code: 'checkpoint.corrupt',
    });
    order('train', 'after', student());
    await trained('after');
  });

  it('in half precision gives the figures of the rounded file, which a later evaluation finds again', async () => {
    const { order, done, trained } = startTrainer();
    order('train', 'full', student());
    const full = await trained('full');
    order('train', 'half', student({ checkpoints: { precision: 'fp16', keep: 'best-and-last' } }));
    const half = await trained('half');
    expect(half.checkpoint.bytes).toBeLessThan(full.checkpoint.bytes);
    const name = 'stem/kernel';
    const rounded = decodeTensors(readFileSync(half.checkpoint.path)).tensors.get(name)?.values;
    const exact = decodeTensors(readFileSync(full.checkpoint.path)).tensors.get(name)?.values;
    expect(rounded).toEqual(roundToHalf(exact ?? new Float32Array()));
    expect(half.loss).not.toBe(full.loss);
    expect(half.epochs).toBe(3);
    order('evaluate', 'again', kept(half));
    expect((await done('evaluate', 'again')).loss).toBe(half.loss);
  });

  it('reads what it was told to or nothing: other data, teachers and weights are refused by name', async () => {
    const { order, next, trained } = startTrainer();
    const own = writeTinyDataset(join(folder, 'own'));
    const dataset = { directory: own, known: sourcesIn(own) };
    order('train', 'first', student({ dataset }));
    const { source, split } = kept(await trained('first'));
    const { weights } = source;
    const wrong = { ...source, weights: { ...weights, sha256: weights.sha256.replace(/^./, 'x') } };
    order('evaluate', 'weights', { source: wrong, dataset: { directory }, split });
    expect(await next('failed', 'weights')).toMatchObject({ code: 'checkpoint.corrupt' });
    // The training images are in memory; the test split is read now, and was changed meanwhile.
    writeFileSync(join(own, 'test-labels.gz'), gzipSync(idxBytes([TINY.test], new Uint8Array(TINY.test))));
    order('evaluate', 'test', { source, dataset, split: 'test' });
    expect(await next('failed', 'test')).toMatchObject({
      code: 'dataset.changed',
      message: expect.stringContaining('the test labels changed after 2026-01-02') as string, // a matcher
    });
    // What is in memory was read for another run.
    const splits = { ...dataset.known.splits, train: { images: 'a'.repeat(64), labels: 'b'.repeat(64) } };
    order('train', 'others', student({ dataset: { directory: own, known: { ...dataset.known, splits } } }));
    expect(await next('failed', 'others')).toMatchObject({
      code: 'dataset.changed',
      message: expect.stringContaining('the training images and the training labels changed') as string, // a matcher
    });
  });

  it('trains a teacher that students can then learn from', async () => {
    const { order, next, done, trained, events } = startTrainer();
    const known = sourcesIn(directory);
    const recipe = { ...TINY_RECIPE, epochs: 2 };
    const lesson = { dataset: { directory, known }, recipe, seed: 1, date: '2026-01-02' };
    order('trainTeacher', 'master', { name: 'master', title: 'Master', ...lesson });
    const { directory: made, accuracy } = await done('trainTeacher', 'master');
    expect(made).toBe(join(folder, 'temp', 'master-teacher'));
    // A teacher knows what it has seen.
    expect(readTeacherCard(made)).toMatchObject({ dataset: { sources: known } });
    const distilled = { ...TINY_RECIPE, distillation: { loss: 'kd', temperature: 2, weight: 0.5 } } as const;
    const teacher = { directory: made };
    const stranger = { ...teacher, known: { at: AT, weights: 'a'.repeat(64), network: 'b'.repeat(64) } };
    order('train', 'stranger', student({ teacher: stranger, recipe: distilled }));
    expect(await next('failed', 'stranger')).toMatchObject({ code: 'teacher.changed' });
    order('train', 'pupil', student({ teacher, recipe: distilled }));
    await trained('pupil');
    const stages = reportsOf(events, 'pupil').flatMap((report) => (report.type === 'progress' ? [report.stage] : []));
    expect(stages).toContain("computing the teacher's soft targets");
    const asked = { dataset: { directory }, source: { kind: 'teacher', ...teacher }, split: 'validation' } as const;
    order('evaluate', 'asked', asked);
    expect((await done('evaluate', 'asked')).accuracy).toBe(accuracy.validation);
  });

  it('leaves when told to, and when its channel closes in the middle of a job', async () => {
    const told = startTrainer();
    await told.next('ready');
    const left = new Promise((resolve) => told.child.once('exit', resolve));
    told.send({ type: 'shutdown' });
    expect(await left).toBe(0);
    const cut = startTrainer();
    cut.order('train', 'cut', student({ recipe: LONG }));
    await cut.epoch('cut');
    const gone = new Promise((resolve) => cut.child.once('exit', resolve));
    cut.child.disconnect();
    expect(await gone).toBe(0);
  });

  it('does not outlive a parent that was killed', async () => {
    const parent = spawn(process.execPath, [fileURLToPath(new URL('support/parent.ts', import.meta.url)), ENTRY], {
      env: ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    children.add(parent);
    parent.stdin.end(JSON.stringify(orderOf(folder, 'train', 'orphan', student({ recipe: LONG }))));
    const pid = Number(
      await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))),
    );
    expect(existsSync(`/proc/${pid}`) || process.platform !== 'linux').toBe(true);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (isAlive(pid) && Date.now() < deadline) await setTimeout(50);
    expect(isAlive(pid)).toBe(false);
  });
});

/** A killed child that nobody has waited for yet is a zombie, which still takes signals. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  } catch {
    return false;
  }
}
