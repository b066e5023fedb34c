/** Students of every family with their exact costs: what generated runs draw from. */
import { costOf } from '../../src/core/arch/cost.ts';
import { studentSpace } from '../../src/core/arch/families/registry.ts';
import type { Rng } from '../../src/core/math/rng.ts';
import { enumerateFamily } from '../../src/core/space/lattice.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import type { NewTrialCosts } from '../../src/store/store.ts';
import { TABLE_FAMILIES } from '../record-table/students.ts';

export interface Student {
  readonly candidate: Candidate;
  readonly costs: NewTrialCosts;
  /** Its place in its family, from the cheapest choice of levels on: students of one place are
   * alike. */
  readonly place: number;
}

export interface StudentPool {
  readonly families: readonly string[];
  size(families: readonly string[]): number;
  /** `count` different students of these families in an order by chance; throws where there are not
   * so many. */
  draw(families: readonly string[], count: number, rng: Rng): readonly Student[];
}

/** Images `[height,width,channels]` as the data set's. Costs are computed once for each student,
 * when first drawn. */
export function createStudentPool(inputShape: readonly number[], classes: number): StudentPool {
  const space = studentSpace(TABLE_FAMILIES, { inputShape, classes });
  const members = new Map(space.families.map((family) => [family.name, [...enumerateFamily(family)]]));
  const builders = new Map(space.families.map((family) => [family.name, family.build]));
  const known = new Map<string, Student>();

  function studentOf(family: string, place: number): Student {
    const key = `${family} ${place}`;
    const found = known.get(key);
    if (found) return found;
    const [config, build] = [members.get(family)?.[place], builders.get(family)];
    if (!config || !build) throw new RangeError(`${family} has no student ${place}.`);
    const { params, macs, peakActivationBytes } = costOf(build(config));
    const student = { candidate: { family, config }, costs: { params, macs, peakActivationBytes }, place };
    known.set(key, student);
    return student;
  }

  const size = (families: readonly string[]): number =>
    families.reduce((sum, family) => sum + (members.get(family)?.length ?? 0), 0);

  return {
    families: TABLE_FAMILIES,
    size,
    draw: (families, count, rng) => {
      if (count > size(families)) {
        throw new RangeError(`${families.join(', ')} have ${size(families)} students, not ${count}.`);
      }
      const places = families.flatMap((family) =>
        Array.from({ length: members.get(family)?.length ?? 0 }, (_, place) => ({ family, place })),
      );
      return rng
        .shuffle(places)
        .slice(0, count)
        .map(({ family, place }) => studentOf(family, place));
    },
  };
}
