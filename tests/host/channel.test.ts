/** Functions of a process of ours, as its host calls them. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessDied, startWorker, withWorker } from '../../src/host/processes/channel.ts';
import type { Worker } from '../../src/host/processes/channel.ts';
import type { Listener, TalkingWorker } from '../support/talking-worker.ts';

const ENTRY = fileURLToPath(new URL('../support/talking-worker.ts', import.meta.url));
const workers: Worker<TalkingWorker>[] = [];

function start(ours?: Listener): Worker<TalkingWorker> {
  const worker = startWorker<TalkingWorker>(ENTRY, ours);
  workers.push(worker);
  return worker;
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

describe('a worker', () => {
  it('answers each call with its own answer, whatever their order, and typed arrays stay what they are', async () => {
    const { remote } = start({ progress: () => undefined, double: (value) => 2 * value });
    const answers = [remote.askBack(20), remote.sum(Float64Array.of(1.5, 2)), remote.askBack(1)];
    expect(await Promise.all(answers)).toEqual([41, 3.5, 3]);
  });

  it('tells of its progress before its answer, from a thread that does nothing else', async () => {
    const told: number[] = [];
    const { remote } = start({ progress: (share) => void told.push(share), double: (value) => value });
    await remote.count(4);
    expect(told).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('refuses with code and place, and goes on', async () => {
    const { remote } = start();
    await expect(remote.refuse()).rejects.toMatchObject({
      ...{ name: 'WorkbenchError', code: 'config.invalid', kind: 'input', message: 'No such field.' },
      place: { file: 'a.json', field: 'budget' },
    });
    await expect(remote.sum(Float64Array.of(2))).resolves.toBe(2);
  });

  it('tells where a fault of its own was', async () => {
    await expect(start().remote.fail()).rejects.toMatchObject({
      ...{ name: 'WorkbenchError', code: 'internal' },
      message: expect.stringMatching(/^TypeError: cannot read this\n +at .*talking-worker/),
    });
  });
});

describe('a worker that dies', () => {
  it('fails every call that waits, with its last words, and every later one', async () => {
    const { remote } = start();
    const waiting = remote.hang();
    await expect(remote.die()).rejects.toThrow(ProcessDied);
    await expect(waiting).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/died: it was ended by SIGKILL\. Its last words:\nout of luck$/),
    });
    await expect(remote.sum(Float64Array.of(1))).rejects.toThrow(ProcessDied);
  });

  it('of an answer that cannot be sent leaves nobody waiting', async () => {
    await expect(start().remote.unspeakable()).rejects.toThrow(/could not be cloned/);
  });

  it('because it was closed, or never began, says so', async () => {
    const closed = start();
    const waiting = closed.remote.hang();
    await closed.close();
    await expect(waiting).rejects.toThrow(ProcessDied);
    await expect(startWorker<TalkingWorker>('/no/such/entry.ts').remote.hang()).rejects.toThrow(ProcessDied);
  });
});

describe('a process for one piece of work', () => {
  it('is ended by a signal, whatever it is at, and not begun after it', async () => {
    const stop = new AbortController();
    const work = withWorker<TalkingWorker, void>(ENTRY, ({ hang }) => hang(), { signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(work).rejects.toThrow(ProcessDied);
    const never = withWorker<TalkingWorker, void>(ENTRY, () => Promise.resolve(), { signal: stop.signal });
    await expect(never).rejects.toThrow(/aborted/);
  });
});
