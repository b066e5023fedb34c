/** A worker that does what a test asks for, good or bad. */
import { WorkbenchError } from '../../src/core/errors.ts';
import { serve } from '../../src/host/processes/channel.ts';

export interface Listener {
  progress(share: number): void;
  double(value: number): number;
}

const functions = {
  sum: (values: Float64Array) => values.reduce((sum, value) => sum + value, 0),
  refuse: (): void => {
    throw new WorkbenchError('config.invalid', 'No such field.', { file: 'a.json', field: 'budget' });
  },
  fail: (): void => {
    throw new TypeError('cannot read this');
  },
  /** Blocks its thread, telling on the way, as a game on a table does. */
  count: (to: number) => {
    for (let done = 1; done <= to; done += 1) void host.progress.asEvent(done / to);
    return to;
  },
  askBack: async (value: number) => (await host.double(value)) + 1,
  hang: () => new Promise<void>(() => undefined),
  /** Nothing that a message can hold. */
  unspeakable: () => () => undefined,
  die: () => {
    process.stderr.write('out of luck\n');
    process.kill(process.pid, 'SIGKILL');
  },
};

export type TalkingWorker = typeof functions;

const host = serve<Listener>(functions);
