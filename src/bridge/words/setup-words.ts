/** What a run is, in words: those of the window's tab Set-up and of `trade show --setup`. What no
 * record tells is said to be unknown. */
import { dataKindOf, saidOf } from '../../core/data-kinds.ts';
import { LOSS_TITLES } from '../../core/records/distillation.ts';
import { beginsAsSearched } from '../../core/strategies/listed.ts';
import type { Machine } from '../../core/records/machine.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { rewardText } from '../../core/reward.ts';
import type { Level } from '../../core/space/space.ts';
import { LISTED, STRATEGY_INFOS } from '../../core/strategies/registry.ts';
import type { StrategyInfo } from '../../core/strategies/registry.ts';
import type { SetupView } from '../schemas/setup.ts';
import { levelsToText } from './levels-text.ts';
import { optionValueText, optionWords } from './option-words.ts';
import { LEARNS_FROM_TABLE } from './prior-words.ts';

/** `name`, and what it is. */
export type SetupRow = readonly [name: string, value: string];

export interface SetupGroup {
  readonly title: string;
  readonly rows: readonly SetupRow[];
}

export const UNKNOWN = 'unknown';

const METRICS: Readonly<Record<string, string>> = {
  accuracy: 'validation accuracy',
  params: 'parameters',
  macs: 'MACs',
  latencyMs: 'ms a pass',
};

/** In one line: `parameters ≤ 20,000, MACs ≤ 1,000,000`; empty without limits. */
export const limitsText = ({ limits }: Pick<SearchConfig, 'limits'>): string =>
  limits.map(({ metric, max }) => `${METRICS[metric] ?? metric} ≤ ${exact(max)}`).join(', ');

export function setupGroups(setup: SetupView): readonly SetupGroup[] {
  const { config } = setup.run;
  const { distillation, ...recipe } = config.recipe;
  return [
    { title: 'Run', rows: runRows(setup) },
    { title: 'Data set', rows: datasetRows(setup) },
    { title: 'Teacher', rows: teacherRows(setup) },
    { title: 'Aim', rows: aimRows(config) },
    { title: 'Strategy', rows: strategyRows(setup) },
    { title: 'Training', rows: settingRows(recipe) },
    { title: 'Distillation', rows: distillationRows(distillation) },
    { title: 'Weights', rows: settingRows(config.checkpoints) },
    ...machineGroups(setup),
    ...studentGroups(setup),
  ];
}

function runRows({ run, sources }: SetupView): readonly SetupRow[] {
  return [
    ['Id', run.id],
    ['Name', run.name],
    ['Started', run.createdAt],
    ['Program', versionText(sources?.machines?.[0]?.program)],
    ['Sample', levelText(run.sample)],
  ];
}

function datasetRows({ run: { config }, sources, dataset }: SetupView): readonly SetupRow[] {
  const shape = sources?.dataset.shape ?? dataset?.shape;
  const classes = (sources?.dataset ?? dataset)?.classes;
  const { noun } = dataKindOf(sources?.dataset ?? {});
  const counts = dataset && Object.entries(dataset.splits).map(([split, count]) => `${exact(count)} ${split}`);
  return [
    ['Data set', named(config.dataset, dataset?.title)],
    [saidOf(noun, 'Training {many}'), config.trainImages === undefined ? 'all' : exact(config.trainImages)],
    [saidOf(noun, '{Many}, as it is now'), counts?.join(', ') ?? UNKNOWN],
    [saidOf(noun, 'Shape of {a one}'), shape?.join(' × ') ?? UNKNOWN],
    ['Classes', classes === undefined ? UNKNOWN : `${classes.length}: ${classes.join(', ')}`],
    ['Fingerprint', config.datasetFingerprint ?? UNKNOWN],
  ];
}

function teacherRows({ run: { config }, sources, teacher }: SetupView): readonly SetupRow[] {
  if (config.teacher === '') return [['Teacher', 'none: students learn from labels alone']];
  return [
    ['Teacher', named(config.teacher, teacher?.title)],
    ['What it is now', teacher?.summary ?? UNKNOWN],
    ['Validation accuracy, as it is now', percent(teacher?.validationAccuracy)],
    ['Test accuracy, as it is now', percent(teacher?.testAccuracy)],
    ['Hash of its weights', sources?.teacher?.weights ?? UNKNOWN],
  ];
}

function aimRows(config: SearchConfig): readonly SetupRow[] {
  const { objectives, reward, latency, reference, budget } = config;
  const aims = objectives.map(({ metric, goal }) => `${goal} ${METRICS[metric] ?? metric}`);
  const given = Object.entries(reference).map(([metric, value]) => `${METRICS[metric] ?? metric} ${exact(value)}`);
  return [
    ['Objectives', aims.join(', ')],
    ['Limits', limitsText(config) || 'none'],
    ...(reward ? [['Reward', rewardText(reward)] as const] : []),
    ...(latency ? [['Latency', `${latency.engine}, ${exact(latency.batch)} a pass`] as const] : []),
    ['Hypervolume counts from', given.join(', ')],
    ['Budget', 'trials' in budget ? `${exact(budget.trials)} trainings` : `${exact(budget.epochs)} epochs in all`],
  ];
}

function strategyRows({ run: { config, strategyVersion }, table, earlier }: SetupView): readonly SetupRow[] {
  const { id, options } = config.strategy;
  const info = [...STRATEGY_INFOS, LISTED.info].find((one) => one.id === id);
  return [
    ['Strategy', named(id, info?.title)],
    [
      'Version',
      info === undefined || info.version === strategyVersion
        ? exact(strategyVersion)
        : olderText(info, strategyVersion),
    ],
    ...optionRows(options, info?.version === strategyVersion ? info : undefined),
    ['Seed', String(config.seed)],
    ...(table ? tableRows(table) : []),
    ...(table === undefined && earlier.length === 0 ? [['Learned from', NOTHING_EARLIER] as const] : []),
    ...earlier.map(({ run, name, results }): SetupRow => [
      'Learned from',
      `${named(run, name ?? 'a run that is gone')}, ${exact(results)} results`,
    ]),
  ];
}

const NOTHING_EARLIER = 'no earlier results';

function tableRows({ name, results, sha256 = UNKNOWN }: NonNullable<SetupView['table']>): readonly SetupRow[] {
  return [
    ['Learned from', `${LEARNS_FROM_TABLE}, ${exact(results)} results, as far as its own bear them out`],
    ['Table, as it is shipped now', `${name}, SHA-256 ${sha256}`],
  ];
}

const olderText = ({ version }: StrategyInfo, started: number): string =>
  `${exact(started)}; this program has ${exact(version)}`;

/** Defaults are those of the version that is here, and may have been others in another. */
function optionRows(options: SearchConfig['strategy']['options'], info: StrategyInfo | undefined): readonly SetupRow[] {
  const said = Object.entries(options).map(([name, value]): SetupRow => [
    optionName(name),
    optionValueText(name, value),
  ]);
  if (info === undefined) return [...said, ['Other options', UNKNOWN]];
  const rest = Object.entries(info.defaults).filter(([name]) => !Object.hasOwn(options, name));
  const byDefault = rest.map(([name, value]): SetupRow => [
    optionName(name),
    `${optionValueText(name, value)}, the default`,
  ]);
  return [...said, ...byDefault];
}

/** In words, and as it is typed. */
const optionName = (name: string): string => `${optionWords(name).title} (${name})`;

function distillationRows({ loss, ...rest }: SearchConfig['recipe']['distillation']): readonly SetupRow[] {
  return [['Learn from', LOSS_TITLES[loss]], ...(loss === 'none' ? [] : settingRows(rest))];
}

/** Every setting that there is, by its own name. */
function settingRows(settings: object, of = ''): readonly SetupRow[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]): readonly SetupRow[] => {
    const name = of === '' ? wordsOf(key) : `${of}: ${wordsOf(key).toLowerCase()}`;
    if (value === undefined) return [];
    if (Array.isArray(value)) return [[name, value.map((one: unknown) => settingText(one)).join(', ')]];
    return typeof value === 'object' && value !== null ? settingRows(value, name) : [[name, settingText(value)]];
  });
}

const settingText = (value: unknown): string =>
  typeof value === 'boolean' || typeof value === 'number' ? levelText(value) : String(value);

/** `learningRate` -> `Learning rate` */
function wordsOf(key: string): string {
  const words = key.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function machineGroups({ run: { config }, sources }: SetupView): readonly SetupGroup[] {
  const machines: readonly (Machine | undefined)[] = sources?.machines ?? [undefined];
  return machines.map((machine, index) => ({
    title: index === 0 ? 'Machine' : `Machine, from ${machine?.at ?? UNKNOWN}`,
    rows: [
      ...(index === 0 ? [['Trainers side by side', exact(config.slots)] as const] : []),
      ['Program', versionText(machine?.program)],
      ['Node', versionText(machine?.node)],
      ['System', machine?.platform ?? UNKNOWN],
      ['Processor', machine?.processor ?? UNKNOWN],
      ['Cores', machine === undefined ? UNKNOWN : exact(machine.cores)],
      ['Backend', machine?.backend ?? UNKNOWN],
      ['Device', machine?.device ?? UNKNOWN],
      ['Threads a trainer', machine?.threads === undefined ? UNKNOWN : exact(machine.threads)],
      [
        'Instructions of our kernels',
        machine?.instructions ?? (machine?.backend === undefined ? UNKNOWN : 'none used'),
      ],
    ],
  }));
}

function studentGroups({ run: { config }, families }: SetupView): readonly SetupGroup[] {
  const { students, studentsFrom } = config;
  const left = beginsAsSearched(config) ? ', with the weights that it left them' : '';
  const from = studentsFrom === undefined ? '' : `, found by ${studentsFrom}${left}`;
  const given: readonly SetupRow[] = students ? [['Given, not searched for', `${exact(students.length)}${from}`]] : [];
  const spaces = families.map(({ name, title, dimensions }): SetupGroup => {
    const levels = dimensions?.map((one): SetupRow => [one.title, one.levels.map(levelText).join(', ')]);
    return { title: `Students: ${named(name, title)}`, rows: levels ?? [['Levels', UNKNOWN]] };
  });
  return [{ title: 'Students', rows: [...given, ...spaceRows(config)] }, ...spaces];
}

function spaceRows({ space }: SearchConfig): readonly SetupRow[] {
  if (space?.kind !== 'wide') return [['Choices', 'few, for whole networks (compact)']];
  return [
    ['Choices', 'free in each stage or block (wide)'],
    ['Parameters, about', exact(space.scale)],
    ...(space.own ? [['Own levels', levelsToText(space.own)] as const] : []),
  ];
}

/** A title, with the name that configurations have for it. */
const named = (name: string, title = name): string => (title === name ? name : `${title} (${name})`);

function levelText(level: Level): string {
  if (typeof level === 'boolean') return level ? 'yes' : 'no';
  return typeof level === 'number' ? exact(level) : level;
}

/** Every digit but those that arithmetic leaves: 3,300,000.0000000005 */
const exact = (value: number): string =>
  Number(value.toPrecision(12)).toLocaleString('en', { maximumFractionDigits: 20 });

const percent = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? UNKNOWN : `${(100 * share).toFixed(2)} %`;

const versionText = (version: string | undefined): string => version ?? UNKNOWN;
