/** One-shot searches of a run for a terminal: what the paths of each edge counted at the start,
 * half way and at the end, and the student that came of it. */
import { candidateKey } from '../../core/space/candidate-key.ts';
import type { SearchAccount, SearchedEpoch } from '../../core/one-shot/account.ts';
import type { Trial } from '../../core/records/trial.ts';
import { countText, percentText, textTable } from './text-table.ts';

type Asked = Pick<Trial, 'number' | 'candidate' | 'why'>;

/** `trials`: of the run, one of which may be the student that the search led to. */
export const searchesText = (searches: readonly SearchAccount[], trials: readonly Asked[]): readonly string[] =>
  searches.flatMap((search) => ['', ...searchText(search, trials)]);

function searchText(search: SearchAccount, trials: readonly Asked[]): readonly string[] {
  const { title, source, family, mixed, epochs, cpuSeconds, reason } = search;
  const by = source === undefined ? title : `${title} (${source})`;
  const seconds = cpuSeconds === undefined || cpuSeconds === 0 ? '' : `, ${Math.round(cpuSeconds)} s of all processors`;
  const done = `${mixed.at(-1)?.epoch ?? 0} of ${epochs} epochs`;
  const head = `Search ${search.search + 1}: ${by} in ${family}, ${done}${seconds}.`;
  const settings = Object.entries(search.options).map(([name, value]) => `${name} ${value}`);
  return [
    head,
    ...(settings.length > 0 ? [`Options: ${settings.join(', ')}.`] : []),
    ...(reason === undefined ? [] : [`It failed: ${reason}`]),
    ...pathsText(search),
    ...derivedText(search, trials),
  ];
}

/** The first epoch, the middle one and the last. */
function momentsOf(mixed: readonly SearchedEpoch[]): readonly SearchedEpoch[] {
  const places = new Set([0, Math.ceil(mixed.length / 2) - 1, mixed.length - 1]);
  return mixed.filter((_, index) => places.has(index));
}

function pathsText({ edges, mixed, limits }: SearchAccount): readonly string[] {
  const moments = momentsOf(mixed);
  if (moments.length === 0) return [];
  let path = 0;
  const rows = edges.flatMap(({ title, paths }) =>
    paths.map((name, level) => {
      const shares = moments.map((moment) => moment.shares[path] ?? NaN);
      path += 1;
      return [level === 0 ? title : '', ...shares.map(percentText), name];
    }),
  );
  const titles = moments.map(({ epoch }) => `>epoch ${epoch}`);
  const over = (read: (epoch: SearchedEpoch) => string): string => moments.map(read).join(', ');
  const limited = (most: number | undefined): string => (most === undefined ? '' : ` (limit ${countText(most)})`);
  return [
    '',
    ...textTable(['edge', ...titles, 'path'], rows),
    '',
    `Entropy of the paths, of the highest there can be: ${over(({ entropy }) => percentText(entropy))}.`,
    `Loss: ${over(({ loss }) => (Number.isFinite(loss) ? loss.toFixed(3) : String(loss)))}.`,
    `Expected params: ${over(({ params }) => countText(params))}${limited(limits?.params)}.`,
    `Expected MACs: ${over(({ macs }) => countText(macs))}${limited(limits?.macs)}.`,
  ];
}

function derivedText({ state, family, student }: SearchAccount, trials: readonly Asked[]): readonly string[] {
  if (state !== 'done') return [];
  if (student === undefined) return ['Its paths lead to no student of the family.'];
  const { config, params, macs } = student;
  const key = candidateKey({ family, config });
  const own = trials.find(({ candidate }) => candidateKey(candidate) === key);
  const derived = trials.find(({ why, candidate }) => why.source === 'derived' && candidate.family === family);
  const levels = Object.entries(config).map(([name, level]) => `${name} ${level}`);
  const place = own === undefined ? '' : `, student #${own.number + 1}`;
  const instead = derived?.why.fallback;
  return [
    `It leads to ${levels.join(', ')}: ${countText(params)} params, ${countText(macs)} MACs${place}.`,
    ...(derived && instead !== undefined ? [`Student #${derived.number + 1} stands for it: ${instead}.`] : []),
  ];
}
