/** Students as vectors: their places in a learned space, or levels one-hot as the control. */
import { invalid } from '../../errors.ts';
import { activeDimensions, familyOf } from '../../space/lattice.ts';
import { levelIndex } from '../../space/neighbours.ts';
import type { Candidate, Dimension, Space } from '../../space/space.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import type { OptionsInput, StrategyInput } from '../strategy.ts';

const ENCODINGS: readonly string[] = ['arch2vec', 'one-hot'];

export function checkEncoding({ options }: OptionsInput): void {
  const { encoding } = options;
  if (ENCODINGS.includes(String(encoding))) return;
  throw invalid('strategy.options.encoding', `choose ${ENCODINGS.join(' or ')}, not "${encoding}".`);
}

export interface Features {
  /** d */
  readonly length: number;
  /** `[d]` */
  readonly of: (candidate: Candidate) => Float64Array;
}

export function createFeatures({ problem: { space }, options, embedding }: StrategyInput): Features {
  if (options['encoding'] === 'one-hot') return oneHot(space);
  const { length = 0 } = embedding ?? {};
  // Whoever has no embedding of the space was refused: a run needs one.
  return { length, of: ({ config }) => embedding?.vectorOf(config) ?? new Float64Array(length) };
}

/** Columns of a dimension: of categories one each, of ordinals one from 0 to 1; one that is not
 * active has 0 in all. Where there are several families, one tells which. */
function oneHot(space: Space): Features {
  const first = new Map<string, ReadonlyMap<string, number>>();
  let length = 0;
  for (const { name, dimensions } of space.families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const places = new Map([['', length]]);
    length += 1;
    for (const dimension of dimensions) {
      places.set(dimension.name, length);
      length += dimension.type === 'ordinal' ? 1 : dimension.levels.length;
    }
    first.set(name, places);
  }
  return {
    length,
    of({ family, config }) {
      const row = new Float64Array(length);
      const places = first.get(family);
      row[places?.get('') ?? 0] = 1;
      for (const dimension of activeDimensions(familyOf(space, family), config)) {
        const place = places?.get(dimension.name) ?? 0;
        const index = levelIndex(dimension, config);
        if (dimension.type === 'ordinal') row[place] = shareOf(dimension, index);
        else row[place + index] = 1;
      }
      return row;
    },
  };
}

/** The first level is not 0, which says that there is none. */
const shareOf = ({ levels }: Dimension, index: number): number => (index + 1) / levels.length;

/** All students that are listed or drawn, from cheap to dear in each family, and their vectors. */
export interface Listed {
  readonly members: readonly Member[];
  /** `[members][d]` */
  readonly rows: Float64Array;
}

export function listMembers({ families }: Catalogue, { length, of }: Features): Listed {
  const members = families
    .toSorted((a, b) => (a.family.name < b.family.name ? -1 : 1))
    .flatMap((family) => family.members);
  const rows = new Float64Array(members.length * length);
  members.forEach(({ candidate }, place) => rows.set(of(candidate), place * length));
  return { members, rows };
}
