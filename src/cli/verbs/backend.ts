/** `trade backend`: what computes here, and how fast. */
import type { BackendView } from '../../bridge/schemas/system.ts';
import { countText, measureBackend, textTable } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';

const COLUMNS = ['operation', '>GFLOP/s'];

export const backendVerb: Verb = (program, context) => {
  withCommonOptions(program.command('backend'))
    .description('say what computes here and how fast')
    .action(async (options: CommonOptions) => {
      const info = await measureBackend({ ...context.hostOptions, workspace: workspaceOf(options) });
      const { backend, version, versions, device, threads, note, runtime, gflops, kernels, training } = info;
      const rows = Object.entries(gflops).map(([name, speed]) => [name, speed.toFixed(1)]);
      printResult(options, info, [
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
    });
};

function speedsOf({ kernels, plain }: BackendView['training']): string {
  const images = (speed: number): string => `${countText(Math.round(speed))} images/s`;
  return kernels === undefined ? images(plain) : `${images(kernels)} with our kernels, ${images(plain)} without`;
}
