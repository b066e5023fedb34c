/** Options of the verbs that train: where, in this session alone. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { executorSchema } from '../bridge/schemas/executor.ts';
import type { ExecutorSettings } from '../bridge/schemas/executor.ts';
import { WorkbenchError } from '../core/errors.ts';
import { faultOf } from '../core/records/zod.ts';
import type { VerbContext } from './common.ts';

export interface ExecutorOptions {
  readonly executor?: ExecutorSettings['kind'];
  readonly address?: string;
  readonly cpus?: number;
  readonly gpus?: number;
  readonly program?: string;
}

export function withExecutorOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--executor <where>', 'where trainings run (default: as in Settings)').choices(['local', 'ray']),
    )
    .option('--address <address>', 'of the cluster, as ray://head.example.org:10001')
    .option('--cpus <n>', 'CPUs that Ray sets aside for a trainer (default: 1)', amount)
    .option('--gpus <n>', 'GPUs that Ray sets aside for a trainer (default: 0)', amount)
    .option('--program <dir>', 'folder of this program on the machines of the cluster (default: as here)');
}

/** Undefined where the person's own choice counts. Throws `usage.invalid`. */
export function executorOf({ executor, address, cpus, gpus, program }: ExecutorOptions): ExecutorSettings | undefined {
  const isNamed = [address, cpus, gpus, program].some((value) => value !== undefined);
  if (executor === undefined && !isNamed) return undefined;
  if (executor === 'local') {
    if (!isNamed) return { kind: 'local' };
    throw new WorkbenchError('usage.invalid', '--address, --cpus, --gpus and --program go with --executor ray.');
  }
  if (address === undefined) {
    throw new WorkbenchError('usage.invalid', 'Name the cluster: --address ray://head.example.org:10001.');
  }
  const { data, error } = executorSchema.safeParse({ kind: 'ray', address, cpus, gpus, program });
  if (data !== undefined) return data;
  throw new WorkbenchError('usage.invalid', `--${faultOf(error)}`);
}

/** The context of a session whose trainings run there. */
export function withExecutor(context: VerbContext, options: ExecutorOptions): VerbContext {
  const executor = executorOf(options);
  return executor === undefined ? context : { ...context, hostOptions: { ...context.hostOptions, executor } };
}

function amount(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number <= 1024) return number;
  throw new InvalidArgumentError('Give a number from 0 to 1024.');
}
