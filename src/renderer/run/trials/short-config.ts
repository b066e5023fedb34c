/** A configuration in a cell: what differs among the students of a run, grouped by what it
 * means. */
import type { Candidate, Level, Role } from '../../../core/space/space.ts';
import type { Trial } from '../../../core/records/trial.ts';
import { levelText, ROLE_WORDS } from '../../words.ts';

/** The catalog knows them. */
export interface DimensionNames {
  dimensionTitle(family: string, dimension: string): string;
  dimensionRole(family: string, dimension: string): Role;
}

/** By family: its dimensions that have more than one level among the students. */
export type Differing = ReadonlyMap<string, ReadonlySet<string>>;

/** A family with a single student has nothing to differ from: all of its dimensions count. */
export function differingDimensions(trials: readonly Trial[]): Differing {
  const firsts = new Map<string, Candidate['config']>();
  const differing = new Map<string, Set<string>>();
  for (const { candidate } of trials) {
    const { family, config } = candidate;
    const first = firsts.get(family);
    if (first === undefined) {
      firsts.set(family, config);
      continue;
    }
    const known = differing.get(family) ?? new Set();
    differing.set(family, known);
    for (const name in config) if (config[name] !== first[name]) known.add(name);
    for (const name in first) if (!(name in config)) known.add(name);
  }
  for (const [family, config] of firsts) {
    const known = differing.get(family);
    if (known === undefined || known.size === 0) differing.set(family, new Set(Object.keys(config)));
  }
  return differing;
}

/**
 * `w16/24/16 d1 k3` where room is scarce, else `Width 16/24/16 · Depth 1 · Kernel 3`. Levels of one
 * role stand together, all of them where one differs, so that a place always means the same
 * dimension.
 */
export function shortConfig(
  { family, config }: Candidate,
  differing: Differing,
  names: DimensionNames,
  isNarrow: boolean,
): string {
  const groups = new Map<Role, { readonly levels: Level[]; isTold: boolean }>();
  const alone: string[] = [];
  for (const [name, level] of Object.entries(config)) {
    const isTold = differing.get(family)?.has(name) ?? true;
    const role = names.dimensionRole(family, name);
    // A word speaks for itself (`swish`).
    if (role === 'other') {
      if (isTold)
        alone.push(typeof level === 'string' ? level : `${names.dimensionTitle(family, name)} ${levelText(level)}`);
      continue;
    }
    const group = groups.get(role) ?? { levels: [], isTold: false };
    group.levels.push(level);
    group.isTold ||= isTold;
    groups.set(role, group);
  }
  const told = [...groups].flatMap(([role, { levels, isTold }]) => {
    const values = levels.map(levelText).join('/');
    return isTold ? [isNarrow ? `${ROLE_WORDS[role].short}${values}` : `${ROLE_WORDS[role].word} ${values}`] : [];
  });
  return [...told, ...alone].join(isNarrow ? ' ' : ' · ');
}

export function isSameDiffering(left: Differing, right: Differing): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([family, names]) => {
    const others = right.get(family);
    return others?.size === names.size && [...names].every((name) => others.has(name));
  });
}
