/** All student families. To add one: write its file, add its lines here, last: a family's mark in
 * charts is its place. */
import { dataKindOf } from '../../data-kinds.ts';
import type { DataKind } from '../../data-kinds.ts';
import { invalid, WorkbenchError } from '../../errors.ts';
import type { Family, KnownCosts, Space } from '../../space/space.ts';
import type { Modality } from '../../records/example.ts';
import type { SpaceKind } from '../../records/space-kind.ts';
import { paramsAndMacs } from '../cost.ts';
import { cellsFamily, wideCells } from './cells/cells.ts';
import { coatnetFamily, wideCoatnet } from './coatnet.ts';
import { convnextFamily, wideConvnext } from './convnext.ts';
import { fusionFamily, wideFusion } from './fusion/fusion.ts';
import { mlpMixerFamily, wideMlpMixer } from './mlp-mixer.ts';
import { mobilenetV2Family, wideMobilenetV2 } from './mobilenet-v2.ts';
import { mobilenetV3Family, wideMobilenetV3 } from './mobilenet-v3.ts';
import { resnetFamily, wideResnet } from './resnet.ts';
import { gruFamily, wideGru } from './sequences/gru.ts';
import { saktFamily, wideSakt } from './sequences/sakt.ts';
import { shufflenetV2Family, wideShufflenetV2 } from './shufflenet-v2.ts';
import type { StudentFamily, StudentFamilyDefinition, StudentTask } from './student-family.ts';
import { vitFamily, wideVit } from './vit.ts';
import type { WideTask } from './wide/levels.ts';
import type { StagedFamily } from './wide/stages.ts';

export const STUDENT_FAMILIES = {
  resnet: resnetFamily,
  'mobilenet-v2': mobilenetV2Family,
  vit: vitFamily,
  'mlp-mixer': mlpMixerFamily,
  'mobilenet-v3': mobilenetV3Family,
  'shufflenet-v2': shufflenetV2Family,
  convnext: convnextFamily,
  coatnet: coatnetFamily,
  cells: cellsFamily,
  gru: gruFamily,
  sakt: saktFamily,
  fusion: fusionFamily,
} as const satisfies Readonly<Record<string, FamilyMaker>>;

const WIDE_FAMILIES: Readonly<Record<keyof typeof STUDENT_FAMILIES, (task: WideTask) => StagedFamily>> = {
  resnet: wideResnet,
  'mobilenet-v2': wideMobilenetV2,
  vit: wideVit,
  'mlp-mixer': wideMlpMixer,
  'mobilenet-v3': wideMobilenetV3,
  'shufflenet-v2': wideShufflenetV2,
  convnext: wideConvnext,
  coatnet: wideCoatnet,
  cells: wideCells,
  gru: wideGru,
  sakt: wideSakt,
  fusion: wideFusion,
};

/** What each is given; the others are given maps. */
const OVER_STEPS: ReadonlySet<string> = new Set<keyof typeof STUDENT_FAMILIES>(['gru', 'sakt', 'fusion']);

/** Of a search that names none. */
const MAP_DEFAULTS = ['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer'] as const;
const STEP_DEFAULTS = ['gru', 'sakt'] as const;

type FamilyMaker = (task: StudentTask) => StudentFamilyDefinition;

const COMPACT: SpaceKind = { kind: 'compact' };

/** Families of tests, which the product does not have. */
const guests = new Map<string, FamilyMaker>();

export interface StudentSpace extends Space {
  readonly families: readonly StudentFamily[];
}

/** Names of all student families, in the order of the registry. */
export const studentFamilyNames = (): readonly string[] => [...Object.keys(STUDENT_FAMILIES), ...guests.keys()];

type Given = Pick<StudentTask, 'example'>;

/** Names of the families that are given what these examples are, in the order of the registry;
 * absent, they are images. */
export const familyNamesFor = (task: Given): readonly string[] =>
  studentFamilyNames().filter((name) => guests.has(name) || takes(name) === dataKindOf(task).gives);

const takes = (name: string): DataKind['gives'] => (OVER_STEPS.has(name) ? 'steps' : 'map');

/** Those that a search has which names none. */
export const defaultFamilyNames = (task: Given): readonly string[] =>
  dataKindOf(task).gives === 'steps' ? STEP_DEFAULTS : MAP_DEFAULTS;

/** A task that the family fits, where no data set is at hand: titles hang on none. */
export const sampleTask = (name: string): StudentTask =>
  takes(name) === 'map'
    ? { inputShape: [28, 28, 1], classes: 10 }
    : { inputShape: [8, 1, 2], classes: 2, example: { kind: 'sequence', modalities: [sampled(0), sampled(1)] } };

const sampled = (channel: number): Modality => ({
  ...{ name: `modality-${channel}`, title: `Modality ${channel}`, channel, bytes: 1, values: 8 },
});

/** A family for the examples of a task; its known costs are `params` and `macs`. Throws
 * `family.unknown`, or `config.invalid` for examples that it is not given, or levels that it cannot
 * have. */
export function studentFamily(name: string, task: StudentTask, kind: SpaceKind = COMPACT): StudentFamily {
  if (isStudentFamily(name) && takes(name) !== dataKindOf(task).gives) {
    const [given, there] = [WORDS[takes(name)], WORDS[dataKindOf(task).gives]];
    const fitting = familyNamesFor(task).join(', ');
    throw invalid('families', `${name} is given ${given}, and this data set has ${there}. Choose from: ${fitting}.`);
  }
  if (kind.kind === 'wide' && isStudentFamily(name)) {
    const own = kind.levels?.[name] ?? {};
    return WIDE_FAMILIES[name]({ ...task, scale: kind.scale, own });
  }
  const make = isStudentFamily(name) ? STUDENT_FAMILIES[name] : guests.get(name);
  if (make === undefined) {
    const known = familyNamesFor(task).join(', ');
    throw new WorkbenchError('family.unknown', `There is no family "${name}". Choose from: ${known}.`, {
      field: 'families',
    });
  }
  const definition = make(task);
  const costs = (config: Parameters<Family['costs']>[0]): KnownCosts => ({
    ...paramsAndMacs(definition.build(config)),
  });
  return { ...definition, costs };
}

/** The union of families; `names` empty or repeated is the caller's fault (`config.invalid`). */
export function studentSpace(names: readonly string[], task: StudentTask, kind: SpaceKind = COMPACT): StudentSpace {
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new WorkbenchError('config.invalid', 'Name at least one family, and each of them once.', {
      field: 'families',
    });
  }
  return { families: names.map((name) => studentFamily(name, task, kind)) };
}

const WORDS: Readonly<Record<DataKind['gives'], string>> = { map: 'pictures', steps: 'sequences of steps' };

function isStudentFamily(name: string): name is keyof typeof STUDENT_FAMILIES {
  return Object.hasOwn(STUDENT_FAMILIES, name);
}

/** `admit`: from then on a family is one of the space, after those of the product. */
export const testing = {
  admit: (name: string, make: FamilyMaker): void => void guests.set(name, make),
};
