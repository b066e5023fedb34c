/** `trade backend`: what computes here, and how fast. */
import type { BackendView } from '../../bridge/schemas/system.ts';
import { countText, measureBackend, textTable } from '../../host/for-shells.ts';
import { printJson, printLines, withCommonOptions, workspaceOf } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../verb.ts';

const COLUMNS = [
  { title: 'operation', align: 'left' },
  { title: 'GFLOP/s', align: 'right' },
] as const;

export const backendVerb: Verb = (program, context) => {
  withCommonOptions(program.command('backend'))
    .description('say what computes here and how fast')
    .action(async (options: CommonOptions) => {
      const info = await measureBackend({ ...context.hostOptions, workspace: workspaceOf(options) });
      const { backend, version, versions, device, threads, note, runtime, gflops, kernels, training } = info;
      const rows = Object.entries(gflops).map(([name, speed]) => [name, speed.toFixed(1)]);
      if (options.json) printJson(info);
      else {
        printLines([
          `${backend} ${version} on ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
          Object.entries(versions)
            .map(([name, value]) => `${name} ${value}`)
            .join(', '),
          ...(runtime === undefined ? [] : [`${runtime.folder} (${(runtime.bytes / 1e6).toFixed(0)} MB)`]),
          ...(kernels === undefined ? [] : [`Our kernels: ${kernels.instructions}, ${kernels.lanes} floats at a time`]),
          `Training ${training.student}: ${speedsOf(training)}`,
          ...(note === undefined ? [] : [`Not faster because: ${note}`]),
          '',
          ...textTable(COLUMNS, rows),
        ]);
      }
      context.end(0);
    });
};

function speedsOf({ kernels, plain }: BackendView['training']): string {
  const images = (speed: number): string => `${countText(Math.round(speed))} images/s`;
  return kernels === undefined ? images(plain) : `${images(kernels)} with our kernels, ${images(plain)} without`;
}
