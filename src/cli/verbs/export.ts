/** `trade export TRIAL`: a student, or a teacher, as a file that computes what was trained; also
 * beside a running search. */
import { Option } from 'commander';
import { exportToFile } from '../../host/for-shells.ts';
import type { ExportOrder } from '../../host/for-shells.ts';
import { printAside, printResult, stoppable, withCommonOptions, withWorkspace, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { TRIAL_ARGUMENT, trialIdOf } from '../trial-name.ts';

interface ExportOptions extends CommonOptions {
  readonly format: ExportOrder['format'];
  readonly precision: ExportOrder['precision'];
  readonly out: string;
}

const TEACHER = 'teacher:';

export const exportVerb: Verb = (program, context) => {
  withCommonOptions(program.command('export'))
    .description('write a student as a file and try it against the trained network on the validation split')
    .argument('<trial>', `${TRIAL_ARGUMENT}; or ${TEACHER}NAME`)
    .requiredOption('--out <file>', 'file to write; one that is there is replaced')
    .addOption(new Option('--format <format>', 'form of the file').choices(['onnx', 'json']).default('onnx'))
    .addOption(
      new Option('--precision <precision>', 'of the stored weights; fp16 halves the file')
        .choices(['fp32', 'fp16'])
        .default('fp32'),
    )
    .action(async (name: string, options: ExportOptions) => {
      const places = { ...context.hostOptions, workspace: workspaceOf(options) };
      const { format, precision } = options;
      const network = name.startsWith(TEACHER)
        ? { teacher: name.slice(TEACHER.length) }
        : {
            trial: await trialIdOf(name, (run, page) => withWorkspace(options, ({ store }) => store.trials(run, page))),
          };
      const written = await stoppable((signal) =>
        exportToFile(places, { network, format, precision }, options.out, printAside, signal),
      );
      const { file, bytes, maxAbsDiff, images } = written;
      const trial = `on ${images} validation examples its logits differ by ${maxAbsDiff.toExponential(1)} at most`;
      printResult(options, { file, bytes, maxAbsDiff }, [`${file}: ${bytes.toLocaleString('en')} bytes; ${trial}.`]);
    });
};
