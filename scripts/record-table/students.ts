/**
 * The table's students: two complete sublattices, one of a convolutional family and one of another
 * kind, whose params go from about 4,000 to 100,000; of every family random members as random
 * search draws them; and the predefined students, each family's reference with all of its widths
 * scaled alike.
 */
import { paramsAndMacs } from '../../src/core/arch/cost.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { StudentFamily } from '../../src/core/arch/families/student-family.ts';
import type { ArchitectureGraph, Shape } from '../../src/core/arch/graph.ts';
import { createRng, split } from '../../src/core/math/rng.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { canonicalise, randomMember } from '../../src/core/space/lattice.ts';
import type { Configuration, Level } from '../../src/core/space/space.ts';

/** `lattice`: of its family's complete sublattice; `random`: drawn; `predefined`: neither, but a
 * scaled reference. */
export type StudentSet = 'lattice' | 'random' | 'predefined';

export interface TableStudent {
  /** Its candidate key. */
  readonly id: string;
  readonly family: string;
  readonly config: Configuration;
  readonly set: StudentSet;
  /** Factor on its family's reference widths, for the scaled references in whatever set they
   * are. */
  readonly scale?: number;
  readonly graph: ArchitectureGraph;
  readonly params: number;
  readonly macs: number;
}

/** Those that there were when the tables were begun, in the registry's order. */
export const TABLE_FAMILIES: readonly string[] = [
  ...['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer', 'mobilenet-v3', 'shufflenet-v2', 'convnext', 'coatnet'],
];

type Levels = Readonly<Record<string, readonly Level[]>>;

/** Every combination is a student: 108 each, over five dimensions. The one level of `blocks3` keeps
 * `width3` active. */
export const SUBLATTICES = {
  resnet: {
    ...{ width1: [4, 8, 12], blocks1: [0, 1], width2: [8, 16, 32], blocks2: [1, 2] },
    ...{ blocks3: [1], width3: [16, 32, 64] },
  },
  'mlp-mixer': { patch: [4, 7], width: [24, 32, 48], blocks: [1, 2, 4], tokenHidden: [16, 64], mlpRatio: [1, 2, 4] },
} as const satisfies Readonly<Record<string, Levels>>;

export const RANDOM_STUDENTS_A_FAMILY = 20;
/** Drawn ones with more are passed over: the space's limit, about the largest of the
 * sublattices. */
export const MOST_PARAMS = 100_000;
const DRAW_SEED = 6;
/** The bundled data's. */
const INPUT_SHAPE: Shape = [28, 28, 1];
const CLASSES = 10;

/** On the reference's widths, each rounded to the nearest level; of two that come to the same
 * student the first names it. */
const SCALES: readonly number[] = [1, 0.5, 1.5, 2];

/** Every student once: sublattices, random ones, then those predefined ones that are not among
 * them. */
export function allStudents(): readonly TableStudent[] {
  const scaled = scaledReferences();
  const scales = new Map(scaled.map(({ id, scale }) => [id, scale]));
  const known = [...latticeStudents(), ...randomStudents()].map((student): TableStudent => {
    const scale = scales.get(student.id);
    return scale === undefined ? student : { ...student, scale };
  });
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...scaled.filter(({ id }) => !ids.has(id))];
}

/** Members of the sublattices, family by family. */
function latticeStudents(): readonly TableStudent[] {
  return Object.entries(SUBLATTICES).flatMap(([name, levels]) => {
    const combinations = Object.entries<readonly Level[]>(levels).reduce<readonly Configuration[]>(
      (configs, [dimension, values]) =>
        configs.flatMap((config) => values.map((value) => ({ ...config, [dimension]: value }))),
      [{}],
    );
    // Sound: the record's keys are names of families.
    return combinations.map((config) => studentOf(name, config, 'lattice'));
  });
}

/** Distinct, none of them a member of a sublattice; family by family in the order of their
 * drawing. */
function randomStudents(): readonly TableStudent[] {
  const taken = new Set(latticeStudents().map(({ id }) => id));
  return drawStudents(RANDOM_STUDENTS_A_FAMILY, taken, tableFamily);
}

/** So many of every family; none that is `taken`, to which they are added. */
export function drawStudents(count: number, taken: Set<string>, familyOf: FamilyOf): readonly TableStudent[] {
  return TABLE_FAMILIES.flatMap((name, index) => {
    const family = familyOf(name);
    const rng = createRng(split(DRAW_SEED, index));
    const drawn: TableStudent[] = [];
    while (drawn.length < count) {
      const member = randomMember(family, () => rng.uniform());
      const student = studentOf(name, member, 'random', familyOf);
      if (taken.has(student.id) || student.params > MOST_PARAMS) continue;
      taken.add(student.id);
      drawn.push(student);
    }
    return drawn;
  });
}

/** Every family's reference at these scales, as far as its params allow. */
export function scaledReferences(scales = SCALES, familyOf: FamilyOf = tableFamily): readonly TableStudent[] {
  const byId = new Map<string, TableStudent>();
  for (const name of TABLE_FAMILIES) {
    const { reference, dimensions } = familyOf(name);
    for (const scale of scales) {
      const widths = dimensions
        .filter(({ role, name: dimension }) => role === 'width' && reference[dimension] !== undefined)
        .map(({ name: dimension, levels }) => [dimension, nearest(levels, scale * Number(reference[dimension]))]);
      const config: Configuration = { ...reference, ...Object.fromEntries(widths) };
      const student = { ...studentOf(name, config, 'predefined', familyOf), scale };
      if (!byId.has(student.id) && student.params <= MOST_PARAMS) byId.set(student.id, student);
    }
  }
  return [...byId.values()];
}

/** By ratio; widths are positive numbers. */
function nearest(levels: readonly Level[], wanted: number): Level {
  const distance = (level: Level): number => Math.abs(Math.log(Number(level) / wanted));
  return levels.reduce((best, level) => (distance(level) < distance(best) ? level : best));
}

/** As the bundled data set has it. */
export const tableFamily = (name: string): StudentFamily =>
  studentFamily(name, { inputShape: INPUT_SHAPE, classes: CLASSES });

/** A family as some data set's images have it. */
export type FamilyOf = (name: string) => StudentFamily;

export function studentOf(
  name: string,
  levels: Configuration,
  set: StudentSet,
  familyOf: FamilyOf = tableFamily,
): TableStudent {
  const family = familyOf(name);
  const config = canonicalise(family, levels);
  const graph = family.build(config);
  return { id: candidateKey({ family: name, config }), family: name, config, set, graph, ...paramsAndMacs(graph) };
}
