/** A recorded table from text, what it is in a few facts, and whether a game can be played on
 * it. */
import { nearestWord } from '../../bridge/words/nearest-word.ts';
import { parsePlain } from '../../bridge/plain-value.ts';
import type { TableView } from '../../bridge/schemas/replay.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { isFeasible } from '../../core/objective.ts';
import type { Limit } from '../../core/objective.ts';
import { parseTable } from '../../core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../core/strategies/recorded-table.ts';
import { createTableProblem } from '../../core/strategies/replay.ts';
import { playsTables, STRATEGY_INFOS } from '../../core/strategies/registry.ts';

/** Throws `config.invalid` that names the file and the field at fault. */
export function readTable(text: string, file: string): RecordedTable {
  return parseTable(parsePlain(text, file), file);
}

export function tableFacts(table: RecordedTable, limits: readonly Limit[]): TableView {
  const { name, source, licence, complete, families, objectives, epochs, legs = [] } = table;
  const rows = families.reduce((sum, family) => sum + family.rows.length, 0);
  const { hypervolume } = createTableProblem(table, { seed: 1, budget: 1, limits });
  const note = hypervolume > 0 ? undefined : NO_VOLUME;
  return {
    ...{ name, source, licence, rows, families: families.length, complete, objectives },
    ...(note && { note }),
    ...(epochs !== undefined && { epochs, ...(legs.length > 0 && { legs: legs.length }) }),
  };
}

const NO_VOLUME =
  'No row within the limits is better than the reference point in every objective: shares of the ' +
  'hypervolume say nothing here.';

/** Throws `strategy.unknown`, with the one that was probably meant. */
export function checkStrategies(strategies: readonly string[]): void {
  const known = STRATEGY_INFOS.filter(playsTables).map(({ id }) => id);
  const unplayable = STRATEGY_INFOS.find((info) => strategies.includes(info.id) && !playsTables(info));
  if (unplayable !== undefined) {
    const problem = `strategy: ${unplayable.title} needs networks, and a table has results alone: leave it out.`;
    throw new WorkbenchError('strategy.unknown', problem, { field: 'strategies' });
  }
  const unknown = strategies.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const near = nearestWord(unknown, known);
  const remedy = near === undefined ? `choose one of ${known.join(', ')}` : `did you mean "${near}"?`;
  const stop = near === undefined ? '.' : ` There are ${known.join(', ')}.`;
  throw new WorkbenchError('strategy.unknown', `strategy: there is no "${unknown}": ${remedy}${stop}`, {
    field: 'strategies',
  });
}

/** Throws `config.invalid` for a limit on what is not known before training, or one that no row
 * keeps. */
export function checkLimits(table: RecordedTable, limits: readonly Limit[], file: string): void {
  const known = table.objectives.filter((objective) => objective.known).map(({ metric }) => metric);
  const place = { file, field: 'limits' };
  for (const { metric, max } of limits) {
    if (!known.includes(metric)) throw new WorkbenchError('config.invalid', unknownLimit(metric, known, file), place);
    if (Number.isFinite(max)) continue;
    throw new WorkbenchError('config.invalid', `${file}: limit ${metric}: give a number, not ${max}.`, place);
  }
  const rows = table.families.flatMap((family) => family.rows.map(({ metrics }) => metrics));
  if (rows.some((metrics) => isFeasible(metrics, limits))) return;
  const least = limits.map(({ metric, max }) => {
    const smallest = rows.reduce((least, metrics) => Math.min(least, metrics[metric] ?? Infinity), Infinity);
    return `${metric} ${max} (the smallest is ${smallest})`;
  });
  const problem = `${file}: no row keeps to the limits ${least.join(', ')}: allow more.`;
  throw new WorkbenchError('budget.unreachable', problem, place);
}

function unknownLimit(metric: string, known: readonly string[], file: string): string {
  const near = nearestWord(metric, known);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  const choice = known.length === 0 ? 'here none is' : `here these are: ${known.join(', ')}`;
  return `${file}: limit: "${metric}" is not known before training; ${choice}.${meant}`;
}
