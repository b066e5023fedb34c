/** `trade study gan`: generators are built cell by cell by an agent, and judged by a classifier. */
import { Option } from 'commander';
import { parseInput } from '../../bridge/config/parse-input.ts';
import { choicesText } from '../../bridge/words/generator-words.ts';
import { generatorStudyInput, namedStudyInput } from '../../bridge/schemas/generator.ts';
import type { GeneratorStudyOrder } from '../../bridge/schemas/generator.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { cellOf, MOST_CELLS, sideOf } from '../../core/generator/cells.ts';
import { AGENTS } from '../../core/generator/row.ts';
import { studyPlace, textTable } from '../../host/for-shells.ts';
import type { GeneratorReport, Host, StudiedGenerators } from '../../host/for-shells.ts';
import {
  printJson,
  printResult,
  wholeNumber,
  withCommonOptions,
  withHost,
  withProgress,
  workspaceOf,
} from '../common.ts';
import type { CommonOptions, Verb, VerbContext } from '../common.ts';

type GanOptions = CommonOptions & GeneratorStudyOrder & { readonly name?: string; readonly out?: string };

export const studyVerb: Verb = (program, context) => {
  const study = program.command('study').description('studies beside searches for students');
  withCommonOptions(study.command('gan'))
    .description('build generators of images cell by cell; the same command goes on where it was stopped')
    .option('--name <name>', 'what the workspace keeps it by (default: data set, agent and seed)')
    .option('--out <dir>', 'own folder for its rows, sheets of samples and the best weights, outside the workspace')
    .option('--dataset <name>', 'whose images they learn', 'fashion-mnist')
    .option('--teacher <name>', "classifier that judges them (default: the data set's own teacher)")
    .addOption(new Option('--agent <name>', 'who chooses the cells').choices(AGENTS).default('sac'))
    .option('--episodes <n>', 'generators that are built', wholeNumber(1, 1000), 30)
    .option('--cells <n>', 'of a generator: each doubles the side, from 4 on', wholeNumber(1, MOST_CELLS), 2)
    .option('--images <n>', 'training images that are used', wholeNumber(100, 100_000), 2000)
    .option('--epochs <n>', 'passes over them after each cell', wholeNumber(1, 200), 6)
    .option('--seed <s>', 'seed of weights, batches and choices', wholeNumber(0, 0xffffffff), 1)
    .action((options: GanOptions) => withHost(context, options, (host) => studyGan(context, host, options)));
};

/** Throws `usage.invalid` where two are named. */
function folderOf(options: GanOptions): string {
  const { out, name, dataset, agent, seed } = options;
  if (out !== undefined && name !== undefined) {
    const message = '--name is for a study that the workspace keeps, --out for one outside of it: give one of them.';
    throw new WorkbenchError('usage.invalid', message, { field: 'out' });
  }
  if (out !== undefined) return out;
  const named = parseInput(namedStudyInput.pick({ name: true }), { name: name ?? `${dataset}-${agent}-${seed}` });
  return studyPlace(workspaceOf(options), named.name);
}

const STOPPED = 'The study was stopped; the same command goes on from its last cell.';

async function studyGan(context: VerbContext, host: Host, options: GanOptions): Promise<void> {
  const { workspace: _workspace, json, out: _out, name: _name, ...asked } = options;
  const order = parseInput(generatorStudyInput, asked);
  const out = folderOf(options);
  const studied = await withProgress(context, STOPPED, (printer, signal) => {
    const tell = (news: GeneratorReport): void => {
      if (news.type === 'progress') return printer.status(`${news.stage}: step ${news.done} of ${news.total}`);
      if (json) printJson({ event: 'cell.trained', ...news.row });
      const { episode, cell, score, distance } = news.row;
      const place = `Generator ${episode + 1}/${order.episodes}, ${sideOf(cell + 1)} x ${sideOf(cell + 1)}`;
      printer.line(`${place}: IS-c ${score.toFixed(2)}, FD-c ${distance.toFixed(2)}; ${choicesText(news.row)}`);
    };
    return host.studyGenerators(order, out, tell, signal);
  });
  if (studied === undefined) return;
  printResult(options, { event: 'study.finished', study: recordOf(order, studied) }, linesOf(studied));
}

function recordOf({ agent, cells }: GeneratorStudyOrder, { out, rows, best }: StudiedGenerators) {
  const finished = rows.filter(({ cell }) => cell === cells - 1);
  const generators = finished.map(({ score, distance, sheet }) => ({ score, distance, sheet: sheet?.file }));
  return {
    ...{ agent, cells: rows.length, out, generators },
    ...(best && {
      best: {
        ...{ episode: best.episode, score: best.score, distance: best.distance, weights: best.weights?.file },
        choices: rows.filter(({ episode }) => episode === best.episode).map(({ cell, action }) => cellOf(cell, action)),
        side: sideOf(cells),
      },
    }),
  };
}

function linesOf({ out, rows, best }: StudiedGenerators): readonly string[] {
  const finished = rows.filter(({ sheet }) => sheet !== undefined);
  const body = finished.map(({ episode, score, distance, sheet }) => [
    ...[String(episode + 1), score.toFixed(2), distance.toFixed(2), sheet?.file ?? ''],
  ]);
  return [
    ...textTable(['>generator', '>IS-c', '>FD-c', 'samples'], body),
    '',
    ...(best ? [`Least FD-c: generator ${best.episode + 1}, weights in ${best.weights?.file ?? '-'}.`] : []),
    `All of it lies in ${out}. IS-c and FD-c are by the data set's own classifier: no other program's compare.`,
  ];
}
