/** `trade ray install|test`: a cluster of Ray to train on. */
import type { Command } from 'commander';
import type { ClusterView } from '../../bridge/schemas/executor.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { installRayHere, testRay, textTable } from '../../host/for-shells.ts';
import { printResult, stoppable, withProgress } from '../common.ts';
import type { Verb, VerbContext } from '../common.ts';
import { executorOf, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';

interface Answering {
  readonly json?: boolean;
}

export const rayVerb: Verb = (program, context) => {
  const ray = program.command('ray').description('a cluster of Ray to train on');
  addInstall(ray, context);
  addTest(ray, context);
};

function addInstall(ray: Command, context: VerbContext): void {
  ray
    .command('install')
    .description('make the Python environment that Ray needs, in your cache folder (450 MB)')
    .option('--json', 'one JSON object on stdout; everything else goes to stderr')
    .action(async (options: Answering) => {
      const stopped = 'Stopped. Nothing is left of it: begin again when you like.';
      const python = await withProgress(context, stopped, async (printer, signal) => {
        const tell = (stage: string): void => printer.status(stage);
        return signal.aborted ? undefined : installRayHere(context.hostOptions, tell, signal);
      });
      if (python !== undefined) printResult(options, { python }, [`Ray is installed for this program: ${python}`]);
    });
}

function addTest(ray: Command, context: VerbContext): void {
  withExecutorOptions(ray.command('test'))
    .description('say what a cluster has, and whether trainers can run there')
    .option('--json', 'one JSON object on stdout; everything else goes to stderr')
    .action(async (options: Answering & ExecutorOptions) => {
      const settings = executorOf({ ...options, executor: 'ray' });
      if (settings?.kind !== 'ray') throw new WorkbenchError('internal', 'A cluster was asked for.');
      const cluster = await stoppable((signal) => testRay(context.hostOptions, settings, signal));
      printResult(options, cluster, clusterLines(cluster));
      if (cluster.slots === 0) context.end(1);
    });
}

function clusterLines({ address, versions, nodes, cpus, gpus, slots }: ClusterView): readonly string[] {
  const rows = nodes.map((node) => [node.address, String(node.cpus), String(node.gpus), node.version ?? '-']);
  return [
    `Ray ${versions.ray} at ${address} (Python ${versions.python})`,
    `${cpus.free} of ${cpus.total} CPUs and ${gpus.free} of ${gpus.total} GPUs are free; ${slots} trainers fit.`,
    '',
    ...textTable(['node', '>CPUs', '>GPUs', 'program'], rows),
    ...nodes.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  ];
}
