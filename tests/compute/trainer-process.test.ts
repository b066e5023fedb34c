/** A trainer process over its real channel: it trains, obeys, refuses rubbish, and does not outlive
 * its parent. */
import { fork, spawn } from 'node:child_process';
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
import type { DatasetSources, Recorded } from '../../src/core/sources.ts';
import type { TrainerEvent, TrainJob } from '../../src/compute/protocol.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { decodeTensors, roundToHalf } from '../../src/compute/files/safetensors.ts';
import { idxBytes, TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTransformer } from './support/tiny-training.ts';

const ENTRY = fileURLToPath(new URL('../../src/compute/trainer-process.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'process-'));
const directory = writeTinyDataset(join(folder, 'data'));
const children = new Set<ChildProcess>();
const environment = { ...process.env, TF_NUM_INTRAOP_THREADS: '1' };

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Trainer {
  readonly child: ChildProcess;
  readonly events: TrainerEvent[];
  readonly send: (message: unknown) => void;
  /** The first event of this type that has come or comes. */
  readonly next: <T extends TrainerEvent['type']>(
    type: T,
    jobId?: string,
  ) => Promise<Extract<TrainerEvent, { readonly type: T }>>;
}

function startTrainer(): Trainer {
  const child = fork(ENTRY, {
    serialization: 'advanced',
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.add(child);
  const events: TrainerEvent[] = [];
  const exited = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`trainer left with ${code}`))),
  );
  exited.catch(() => undefined); // only of interest to whoever waits for an event
  child.on('message', (event) => events.push(event as TrainerEvent)); // sent by our own trainer
  return {
    child,
    events,
    send: (message) => void child.send(message as object), // rubbish on purpose, in one test
    next: async (type, jobId) => {
      for (;;) {
        const found = events.find(
          (event) => event.type === type && (jobId === undefined || ('jobId' in event && event.jobId === jobId)),
        );
        if (found) return found as Extract<TrainerEvent, { readonly type: typeof type }>;
        await Promise.race([exited, setTimeout(5)]);
      }
    },
  };
}

function job(jobId: string, changes: Partial<TrainJob> = {}): TrainJob {
  const folders = { cacheDir: join(folder, 'cache'), tempDir: join(folder, 'temp') };
  return {
    jobId,
    fence: 'fence-1',
    graph: tinyConvolutional(),
    dataset: { directory },
    recipe: TINY_RECIPE,
    checkpoints: { precision: 'fp32', keep: 'last' },
    seed: 3,
    ...folders,
    ...changes,
  };
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

const LONG = { ...TINY_RECIPE, epochs: 10_000 };

describe('the trainer process', () => {
  it('trains and evaluates: each event has the fence, each file is whole, hashed and in the temp folder', async () => {
    const { send, next, events } = startTrainer();
    send({ type: 'train', job: job('one') });
    const { result } = await next('trained');
    expect(result.params).toBe(costOf(tinyConvolutional()).params);
    expect(result.predictions.probabilities).toBeInstanceOf(Float32Array);
    expect(result.predictions.count).toBe(TINY.val);
    const epochs = events.filter((event) => event.type === 'epoch');
    expect(epochs.map((event) => event.point.epoch)).toEqual([1, 2, 3]);
    for (const { checkpoint } of [...epochs, { checkpoint: result.checkpoint }]) {
      expect(checkpoint.path.startsWith(join(folder, 'temp'))).toBe(true);
      expect(createHash('sha256').update(readFileSync(checkpoint.path)).digest('hex')).toBe(checkpoint.sha256);
    }
    const { path: checkpoint, sha256 } = result.checkpoint;
    send({ type: 'evaluate', job: { ...job('two'), checkpoint, sha256, split: 'validation' } });
    const evaluated = await next('evaluated');
    expect(evaluated.accuracy).toBe(result.accuracy);
    const fences = events.flatMap((event) => ('fence' in event ? [event.fence] : []));
    expect(new Set(fences)).toEqual(new Set(['fence-1']));
    expect(readdirSync(join(folder, 'temp')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('holds while paused, goes on when resumed; stopped, its checkpoint ends as the unstopped run', async () => {
    const { send, next, events } = startTrainer();
    const recipe = { ...TINY_RECIPE, epochs: 80 };
    send({ type: 'train', job: job('whole', { recipe }) });
    const whole = await next('trained', 'whole');
    send({ type: 'train', job: job('held', { recipe }) });
    await next('epoch', 'held');
    send({ type: 'pause', jobId: 'held' });
    await setTimeout(200);
    const heard = events.length;
    await setTimeout(300);
    expect(events.length).toBe(heard);
    send({ type: 'resume', jobId: 'held' });
    while (events.length === heard) await setTimeout(5);
    send({ type: 'stop', jobId: 'held' });
    const { checkpoint } = await next('stopped', 'held');
    expect(checkpoint?.path).toBe(join(folder, 'temp', 'held-stopped.safetensors'));
    send({ type: 'train', job: job('again', { recipe, resumeFrom: checkpoint?.path ?? '' }) });
    const again = await next('trained', 'again');
    expect(again.result.checkpoint.sha256).toBe(whole.result.checkpoint.sha256);
  });

  it('rests where a leg ends, with figures, without files, and goes on to the end of the unbroken run', async () => {
    const { send, next, events } = startTrainer();
    send({ type: 'train', job: job('whole') });
    const whole = await next('trained', 'whole');
    send({ type: 'train', job: job('leg', { until: 2 }) });
    const rested = await next('rested', 'leg');
    const last = events.findLast((event) => event.type === 'epoch' && event.jobId === 'leg');
    if (last?.type !== 'epoch') throw new Error('it has told of its epochs');
    const { validationAccuracy: accuracy, validationLoss: loss } = last.point;
    expect(rested).toEqual({ type: 'rested', jobId: 'leg', fence: 'fence-1', epoch: 2, accuracy, loss });
    send({ type: 'train', job: job('on', { resumeFrom: last.checkpoint.path }) });
    expect((await next('trained', 'on')).result.checkpoint.sha256).toBe(whole.result.checkpoint.sha256);
    send({ type: 'train', job: job('odd', { until: 0 }) });
    expect((await next('failed', 'odd')).message).toContain('"until"');
  });

  it('refuses rubbish, unknown orders, a second job and names that leave the folder, and works on', async () => {
    const { send, next, events } = startTrainer();
    await next('ready');
    send('rubbish');
    send(7);
    send({ type: 'explode', job: { jobId: 'unknown', fence: 'f' } });
    send({ type: 'train', job: { ...job('no-recipe'), recipe: { epochs: 'many' } } });
    send({ type: 'train', job: job('../outside') });
    send({ type: 'pause', jobId: 'nobody' });
    send({ type: 'train', job: job('first', { recipe: LONG }) });
    send({ type: 'train', job: job('second') });
    // A quick machine ends an epoch before it reads the last order.
    await Promise.all([next('epoch', 'first'), next('failed', 'second')]);
    const refused = events.flatMap((event) => (event.type === 'failed' ? [event.jobId] : []));
    expect(refused).toEqual(['unknown', 'no-recipe', '../outside', 'second']);
    expect((await next('failed', 'no-recipe')).message).toContain('"recipe"');
    expect((await next('failed', 'second')).message).toContain('busy with job first');
    send({ type: 'stop', jobId: 'first' });
    await next('stopped', 'first');
  });

  it('turns what goes wrong in a job into words and a code, and is ready for the next', async () => {
    const { send, next } = startTrainer();
    send({ type: 'train', job: job('lost', { dataset: { directory: join(folder, 'nowhere') } }) });
    expect(await next('failed', 'lost')).toMatchObject({ code: 'dataset.missing', fence: 'fence-1' });
    send({ type: 'train', job: job('wild', { recipe: { ...TINY_RECIPE, learningRate: 1e30, warmupEpochs: 0 } }) });
    expect(await next('failed', 'wild')).toMatchObject({
      code: 'trainer.failed',
      message: expect.stringContaining('loss became NaN'),
    });
    const graph = tinyConvolutional();
    send({ type: 'train', job: job('unsound', { graph: { ...graph, layers: graph.layers.slice(0, -1) } }) });
    expect(await next('failed', 'unsound')).toMatchObject({ code: 'graph.invalid' });
    send({ type: 'train', job: job('sound') });
    await next('trained', 'sound');
  });

  it('names data, checkpoints and teachers that are of no use, fails that job alone, and works on', async () => {
    const { send, next } = startTrainer();
    const failure = async (jobId: string, changes: Partial<TrainJob>) => {
      send({ type: 'train', job: job(jobId, changes) });
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
      message: expect.stringContaining('A batch of 97 is larger than the 96 training images'),
    });
    send({ type: 'train', job: job('other', { graph: tinyTransformer() }) });
    const { checkpoint } = await next('epoch', 'other');
    await next('trained', 'other');
    expect(await failure('strange', { resumeFrom: checkpoint.path })).toEqual({
      code: 'checkpoint.corrupt',
      message: expect.stringContaining('is missing or of another size'),
    });
    const cut = join(folder, 'cut.safetensors');
    writeFileSync(cut, readFileSync(checkpoint.path).subarray(0, -9));
    expect(await failure('cut-short', { graph: tinyTransformer(), resumeFrom: cut })).toEqual({
      code: 'checkpoint.corrupt',
      message: expect.stringContaining('ends inside tensor'),
    });
    send({ type: 'train', job: job('after') });
    await next('trained', 'after');
  });

  it('in half precision gives the figures of the rounded file, which a later evaluation finds again', async () => {
    const { send, next } = startTrainer();
    send({ type: 'train', job: job('full') });
    const full = await next('trained', 'full');
    send({ type: 'train', job: job('half', { checkpoints: { precision: 'fp16', keep: 'best-and-last' } }) });
    const half = await next('trained', 'half');
    expect(half.result.checkpoint.bytes).toBeLessThan(full.result.checkpoint.bytes);
    const name = 'stem/kernel';
    const rounded = decodeTensors(readFileSync(half.result.checkpoint.path)).tensors.get(name)?.values;
    const exact = decodeTensors(readFileSync(full.result.checkpoint.path)).tensors.get(name)?.values;
    expect(rounded).toEqual(roundToHalf(exact ?? new Float32Array()));
    expect(half.result.loss).not.toBe(full.result.loss);
    expect(half.result.epochs).toBe(3);
    const { path: checkpoint, sha256 } = half.result.checkpoint;
    send({ type: 'evaluate', job: { ...job('again'), checkpoint, sha256, split: 'validation' } });
    expect((await next('evaluated', 'again')).loss).toBe(half.result.loss);
  });

  it('reads what it was told to or nothing: other data, teachers and weights are refused by name', async () => {
    const { send, next } = startTrainer();
    const own = writeTinyDataset(join(folder, 'own'));
    const known = sourcesIn(own);
    send({ type: 'train', job: job('first', { dataset: { directory: own, known } }) });
    const { path: checkpoint, sha256 } = (await next('trained', 'first')).result.checkpoint;
    const wrong = { ...job('weights'), checkpoint, sha256: sha256.replace(/^./, 'x'), split: 'validation' };
    send({ type: 'evaluate', job: wrong });
    expect(await next('failed', 'weights')).toMatchObject({ code: 'checkpoint.corrupt' });
    // The training images are in memory; the test split is read now, and was changed meanwhile.
    writeFileSync(join(own, 'test-labels.gz'), gzipSync(idxBytes([TINY.test], new Uint8Array(TINY.test))));
    const test = { checkpoint, sha256, split: 'test', dataset: { directory: own, known } };
    send({ type: 'evaluate', job: { ...job('test'), ...test } });
    expect(await next('failed', 'test')).toMatchObject({
      code: 'dataset.changed',
      message: expect.stringContaining('the test labels changed after 2026-01-02') as string, // a matcher
    });
    // What is in memory was read for another run.
    const others = { ...known, splits: { ...known.splits, train: { images: 'a'.repeat(64), labels: 'b'.repeat(64) } } };
    send({ type: 'train', job: job('others', { dataset: { directory: own, known: others } }) });
    expect(await next('failed', 'others')).toMatchObject({
      code: 'dataset.changed',
      message: expect.stringContaining('the training images and the training labels changed') as string, // a matcher
    });
  });

  it('trains a teacher that students can then learn from', async () => {
    const { send, next, events } = startTrainer();
    const { jobId, fence, tempDir } = job('master');
    const recipe = { ...TINY_RECIPE, epochs: 2 };
    const known = sourcesIn(directory);
    const order = {
      jobId,
      fence,
      tempDir,
      dataset: { directory, known },
      name: 'master',
      title: 'Master',
      recipe,
      seed: 1,
    };
    send({ type: 'trainTeacher', job: { ...order, date: '2026-01-02' } });
    const trained = await next('teacherTrained');
    expect(trained.directory).toBe(join(folder, 'temp', 'master-teacher'));
    // A teacher knows what it has seen.
    expect(readTeacherCard(trained.directory).dataset.sources).toEqual(known);
    const distillation = { loss: 'kd', temperature: 2, weight: 0.5 } as const;
    const teacher = { directory: trained.directory };
    const stranger = { ...teacher, known: { at: AT, weights: 'a'.repeat(64), network: 'b'.repeat(64) } };
    send({ type: 'train', job: job('stranger', { teacher: stranger, recipe: { ...TINY_RECIPE, distillation } }) });
    expect(await next('failed', 'stranger')).toMatchObject({ code: 'teacher.changed' });
    send({ type: 'train', job: job('pupil', { teacher, recipe: { ...TINY_RECIPE, distillation } }) });
    await next('trained', 'pupil');
    const stages = events.flatMap((event) => (event.type === 'progress' ? [event.stage] : []));
    expect(stages).toContain("computing the teacher's soft targets");
    send({ type: 'teacher', job: { jobId: 'asked', fence, dataset: { directory }, teacher } });
    expect((await next('evaluated', 'asked')).accuracy).toBe(trained.accuracy.validation);
  });

  it('leaves when told to, and when its channel closes in the middle of a job', async () => {
    const told = startTrainer();
    await told.next('ready');
    const left = new Promise((resolve) => told.child.once('exit', resolve));
    told.send({ type: 'shutdown' });
    expect(await left).toBe(0);
    const cut = startTrainer();
    cut.send({ type: 'train', job: job('cut', { recipe: LONG }) });
    await cut.next('epoch');
    const gone = new Promise((resolve) => cut.child.once('exit', resolve));
    cut.child.disconnect();
    expect(await gone).toBe(0);
  });

  it('does not outlive a parent that was killed', async () => {
    const parent = spawn(process.execPath, [fileURLToPath(new URL('support/parent.ts', import.meta.url)), ENTRY], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    children.add(parent);
    parent.stdin.end(JSON.stringify(job('orphan', { recipe: LONG })));
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
