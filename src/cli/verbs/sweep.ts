/** `trade sweep CONFIG.json --vary seed=1..5`: a search for every combination, one after the
 * other. */
import { parseSearchText } from '../../bridge/config/parse-config.ts';
import { axisOf, sweepOf } from '../../bridge/config/sweep.ts';
import type { Axis } from '../../bridge/config/sweep.ts';
import { parsePlain } from '../../bridge/plain-value.ts';
import type { SearchInput } from '../../bridge/schemas/records.ts';
import { printResult, readInput, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { withExecutor, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { playQueue } from '../play-queue.ts';
import { runRecord } from '../records.ts';

interface SweepOptions extends CommonOptions, ExecutorOptions {
  readonly vary: readonly Axis[];
  readonly tag: readonly string[];
  readonly later?: boolean;
}

export const sweepVerb: Verb = (program, context) => {
  withExecutorOptions(withCommonOptions(program.command('sweep')))
    .description('run a search for every combination of some values, one after the other')
    .argument('<config>', 'JSON file of the search, as examples/fashion-quick.json')
    .requiredOption(
      '--vary <field=values>',
      'what varies, as seed=1..5 or strategy=trade,random or recipe.learningRate=0.03,0.06; may be given again',
      (text: string, before: readonly Axis[] = []) => [...before, axisOf(text)],
    )
    .option('--tag <tags...>', 'tags of its runs', [])
    .option('--later', 'only put the runs into the queue: "trade queue --run" trains them')
    .action(async (file: string, { vary, tag: tags, later, ...options }: SweepOptions) => {
      const text = readInput(file, "a search's JSON file");
      parseSearchText(text, file);
      // Sound: that has just taken it.
      const searches = [...sweepOf(parsePlain(text, file) as SearchInput, vary)];
      const code = await withHost(withExecutor(context, options), options, async (host) => {
        await host.client.queue.hold();
        const made = await host.client.queue.enqueue({ searches, tags: [...tags] });
        if (later !== true) return playQueue(host, options);
        const lines = made.map(({ run }) => `${run.id}  ${run.name}`);
        printResult(options, { runs: made.map(runRecord) }, lines);
        return 0;
      });
      context.end(code);
    });
};
