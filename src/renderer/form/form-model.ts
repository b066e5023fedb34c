/** The New run form, generated from the schema of a search: fields with their limits and defaults,
 * and the way back. */
import { z } from '../../core/records/zod.ts';
import { LOSS_WORDS } from '../../core/records/distillation.ts';
import type { SearchInput } from '../../bridge/schemas/records.ts';
import { searchInputSchema } from '../../bridge/schemas/records.ts';
import { levelsToText, textToLevels } from '../../bridge/words/levels-text.ts';
import { parseNumber, parseNumbers } from './typed-number.ts';

/** `numbers`: a list of them, typed with commas between. `levels`: own ones (levels-text.ts). */
export type FieldKind = 'text' | 'integer' | 'number' | 'numbers' | 'boolean' | 'choice' | 'choices' | 'levels';
export type Group = 'data' | 'students' | 'search' | 'training' | 'advanced';

export interface Field {
  /** Where it stands in a draft: its path, with `@` and the choice behind it where it belongs to
   * one that is not the default. */
  readonly key: string;
  /** `recipe.epochs`: where it stands in the configuration. */
  readonly path: string;
  /** It is there only while the field of that key has that value. */
  readonly when?: { readonly key: string; readonly value: string };
  readonly title: string;
  readonly hint: string;
  readonly kind: FieldKind;
  readonly group: Group;
  readonly isOptional: boolean;
  readonly initial: FieldValue;
  /** Of `choice` and `choices`, where the schema knows them; catalogs give the others. */
  readonly choices?: readonly string[];
  /** `1 to 1,000`, for the hint. */
  readonly range?: string;
}

/** One of the values that a field can have, as people read it. */
export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly note?: string;
}

/** Numbers stay the text that was typed, so that nothing is lost while it is being typed. */
export type FieldValue = string | boolean | readonly string[];
export type Draft = Readonly<Record<string, FieldValue>>;

export const GROUPS = {
  data: { title: 'Data and teacher', paths: ['name', 'dataset', 'teacher', 'trainImages'] },
  students: {
    title: 'Students',
    paths: ['families', 'space', 'limits.params', 'limits.macs', 'limits.latencyMs', 'levels', 'scale'],
  },
  search: {
    title: 'Search',
    paths: [
      ...['strategy.id', 'budget.trials', 'budget.epochs', 'transferFrom', 'prior', 'objectives', 'reference.accuracy'],
      ...['latency.engine', 'latency.batch'],
    ],
  },
  training: {
    title: 'Training',
    paths: [
      ...['recipe.epochs', 'recipe.seconds', 'recipe.batchSize', 'recipe.optimizer', 'recipe.learningRate'],
      'recipe.distillation.loss',
    ],
  },
  /** And every field that the schema gets later. */
  advanced: { title: 'Advanced', paths: [] },
} as const satisfies Readonly<Record<Group, { readonly title: string; readonly paths: readonly string[] }>>;

/** Where the last word of the path says too little; some have a place for the noun of examples. */
const TITLES: Readonly<Record<string, string>> = {
  name: 'Name',
  dataset: 'Data set',
  trainImages: 'Training {many}',
  families: 'Families',
  space: 'Choices',
  scale: 'Parameters, about',
  levels: 'Own levels',
  'limits.params': 'Most parameters',
  'limits.macs': 'Most MACs per {one}',
  'limits.latencyMs': 'Most ms a pass',
  'latency.engine': 'Latency counts in',
  'latency.batch': '{Many} a pass',
  'reference.accuracy': 'Reference accuracy',
  'reward.cost': 'Cost in the reward',
  'reward.target': 'Target of the reward',
  'reward.under': 'Exponent to the target',
  'reward.over': 'Exponent beyond it',
  'strategy.id': 'Strategy',
  'budget.trials': 'Students to train',
  'budget.epochs': 'Or epochs in all',
  transferFrom: 'Earlier runs',
  prior: 'Begin with',
  'recipe.seconds': 'Seconds of training',
  'recipe.optimizer': 'Optimiser',
  'recipe.distillation.loss': 'Learn from',
  'recipe.distillation.temperature': 'Temperature',
  'recipe.distillation.weight': 'Soft-target share',
  ...Object.fromEntries(Object.entries(LOSS_WORDS).map(([name, title]) => [`recipe.distillation.${name}`, title])),
  'recipe.augmentation.flip': 'Flip {many}',
  'recipe.schedule': 'Learning rate course',
  'recipe.decayFactor': 'Fall at a milestone',
  'recipe.trains': 'Train',
  'recipe.clipNorm': 'Clip gradients to',
  'recipe.emaDecay': 'Average weights',
  'recipe.augmentation.shift': 'Shift {many}',
  'recipe.augmentation.cutout': 'Cut out a square',
  'recipe.augmentation.timeMask': 'Mask time',
  'recipe.augmentation.bandMask': 'Mask bands',
  'recipe.augmentation.mixup': 'Mix {many}',
  'import.kind': 'Kind of files',
  'import.size': 'Side in pixels',
  'import.csv': 'CSV file',
  'import.skipBroken': 'Leave broken files out',
  'import.fit': 'Make square by',
  'import.gray': 'Gray',
  'import.coarse': 'Coarse classes',
  'import.bands': 'Bands',
  'import.seconds': 'Seconds',
  'import.rate': 'Hertz',
  'import.hop': 'Hop in ms',
  'import.long': 'Longer sound',
  'import.recordings': 'Keep the sound',
  'import.group': 'Groups',
  'import.sequence.pupil': 'Pupil',
  'import.sequence.correct': 'Right or wrong',
  'import.sequence.known': 'Known before',
  'import.sequence.modalities': 'Known with it',
  'pupils.name': 'Name',
  'pupils.answers': 'Answers of each',
  'pupils.steps': 'Answers in a window',
  'import.val': 'Validation share',
  'import.test': 'Test share',
  'again.name': 'Name',
  'again.seeds': 'Trainings of each',
  'again.from': 'Begin with weights',
  'combined.dataset': 'Data set',
  'combined.mean': 'Mean of',
  'outside.dataset': 'Data set',
  'outside.order': 'Channels',
  'outside.scale': 'Numbers',
  'outside.gives': 'Answers',
  'outside.output': 'Output',
  'teacher.dataset': 'Data set',
  'study.dataset': 'Data set',
  'study.episodes': 'Generators',
  'study.images': 'Training images',
  'teacher.flip': 'Flip {many}',
  'ray.cpus': 'CPUs a training',
  'ray.gpus': 'GPUs a training',
  'ray.program': 'Program there',
  'replay.budget': 'Trainings',
  'replay.budgetEpochs': 'Or epochs in all',
  'replay.legs': 'Short trainings',
  'replay.batch': 'Proposals an ask',
  'replay.single': 'One objective',
  'checkpoints.keep': 'Keep weights',
  'checkpoints.precision': 'Precision of weights',
};

/** What the schema says of images, with a place for the noun of a data set's own examples. */
const HINTS: Readonly<Record<string, string>> = {
  trainImages: 'Training {many} used; all when absent',
  'latency.batch': '{Many} a pass of it',
  'recipe.epochs': 'Passes over the training {many}',
  'recipe.batchSize': '{Many} a step',
  'recipe.distillation.intra': 'Weight of relations between {many}',
  'recipe.distillation.negatives': '{Many} of other classes a step',
  'recipe.distillation.bank': '{Many} whose embeddings are remembered',
  'teacher.dataset': 'All its training {many} are used',
  'teacher.flip': 'Mirror {many} at random; not for digits, letters or signs',
  'teacher.epochs': 'Passes over the training {many}',
  'outside.dataset': 'Data set that it knows: its validation {many} judge guesses',
};

/** Fields that mean something for one value of another alone. */
const WHEN: Readonly<Record<string, Field['when']>> = {
  scale: { key: 'space', value: 'wide' },
  levels: { key: 'space', value: 'wide' },
  'recipe.milestones': { key: 'recipe.schedule', value: 'step' },
  'recipe.decayFactor': { key: 'recipe.schedule', value: 'step' },
};

/** Given students are picked among trained ones, or come with a file; a strategy's options depend
 * on it. */
const NO_FIELD: ReadonlySet<string> = new Set(['students', 'studentsFrom', 'strategy.options']);

/** By family and dimension: one field of text. */
export const LEVELS = 'levels';
const LEVELS_HINT = 'Commas between them; fewer narrow the search, more extend it';

interface JsonNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly deprecated?: boolean;
  readonly oneOf?: readonly JsonNode[];
  readonly enum?: readonly (string | number)[];
  readonly items?: JsonNode;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly additionalProperties?: unknown;
}

/** All fields in the order of groups and of the schema. */
export function searchFields(): readonly Field[] {
  const fields = schemaFields(searchInputSchema, '');
  const order = Object.values(GROUPS).flatMap(({ paths }) => paths as readonly string[]);
  const rank = (field: Field): number => {
    const place = order.indexOf(field.when?.key ?? field.path);
    return place < 0 ? order.length : place;
  };
  return [...fields].sort((left, right) => rank(left) - rank(right));
}

/** Fields of a schema, under a prefix. */
export function schemaFields(schema: z.ZodType, prefix: string): readonly Field[] {
  // Sound: JSON Schema nodes as zod writes them; only the keys above are read, and each may be
  // absent.
  return fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonNode, prefix);
}

function fieldsOf(node: JsonNode, prefix: string): readonly Field[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (key === '$schema' || NO_FIELD.has(path)) return [];
    if (path === LEVELS) return [{ ...fieldOf(path, child, true), kind: 'levels', hint: LEVELS_HINT }];
    if (child.oneOf) return variantsOf(child.oneOf, path, child.default);
    if (child.type === 'object') return fieldsOf(child, path);
    // Kept for what earlier versions recorded.
    if (child.deprecated) return [];
    const isRequired = node.required?.includes(key) ?? false;
    return [fieldOf(path, child, !isRequired && child.default === undefined)];
  });
}

/** Objects told apart by one constant: a choice of it, then the other fields of each. `whole`: the
 * object where nothing is said of it. */
function variantsOf(variants: readonly JsonNode[], prefix: string, whole: unknown): readonly Field[] {
  const inner = Object.entries(variants[0]?.properties ?? {}).find(([, node]) => node.const !== undefined);
  if (inner === undefined) return [];
  const [name, first] = inner;
  const path = `${prefix}.${name}`;
  const values = variants.map((variant) => String(variant.properties?.[name]?.const));
  const initial = isRecord(whole) ? whole[name] : first.default;
  const choice = fieldOf(path, { ...first, enum: values, default: initial }, false);
  const fields = variants.flatMap((variant, index) => {
    const { [name]: _, ...properties } = variant.properties ?? {};
    const value = values[index] ?? '';
    // The first one's fields go by their paths alone, as drafts and titles know them.
    const isFirst = index === 0;
    return fieldsOf({ ...variant, properties }, prefix).map((field) => {
      const key = isFirst ? field.path : `${field.path}@${value}`;
      const title = TITLES[key] ?? wordsOf(field.path.split('.').at(-1) ?? field.path);
      return { ...field, key, title, group: choice.group, when: { key: path, value } };
    });
  });
  return [choice, ...fields];
}

/** Whether a field belongs to what a draft has chosen. */
export function isShown(field: Field, draft: Draft): boolean {
  return field.when === undefined || draft[field.when.key] === field.when.value;
}

function fieldOf(path: string, node: JsonNode, isOptional: boolean): Field {
  const choices = (node.enum ?? node.items?.enum)?.map(String);
  const range = rangeText(node);
  const title = TITLES[path] ?? wordsOf(path.split('.').at(-1) ?? path);
  const hint = HINTS[path] ?? node.description ?? '';
  const when = WHEN[path];
  return {
    key: path,
    path,
    ...(when && { when }),
    title,
    hint: repeats(title, hint) ? '' : hint,
    kind: kindOf(node),
    group: groupOf(path),
    isOptional,
    initial: initialOf(node),
    ...(choices && { choices }),
    ...(range !== '' && { range }),
  };
}

function kindOf(node: JsonNode): FieldKind {
  if (node.type === 'array') return node.items?.type === 'number' ? 'numbers' : 'choices';
  if (node.enum && node.type !== 'number') return 'choice';
  if (node.type === 'integer' || node.type === 'number' || node.type === 'boolean') return node.type;
  return 'text';
}

function groupOf(path: string): Group {
  // Sound: the keys of GROUPS are the groups.
  const groups = Object.keys(GROUPS) as Group[];
  return groups.find((group) => (GROUPS[group].paths as readonly string[]).includes(path)) ?? 'advanced';
}

function initialOf(node: JsonNode): FieldValue {
  if (node.type === 'array') {
    // None of it is said: not that there are none.
    if (node.default === undefined && node.minItems === 1) return '';
    const values = Array.isArray(node.default) ? node.default.map(String) : [];
    return kindOf(node) === 'numbers' ? values.join(', ') : values;
  }
  if (node.type === 'boolean') return node.default === true;
  return node.default === undefined ? '' : String(node.default);
}

function rangeText(node: JsonNode): string {
  const low = node.minimum ?? node.exclusiveMinimum;
  const high = node.maximum ?? node.exclusiveMaximum;
  const isOpen = high === undefined || high >= Number.MAX_SAFE_INTEGER;
  const text = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  if (node.type !== 'integer' && node.type !== 'number') return '';
  if (low === undefined) return isOpen ? '' : `up to ${text(high)}`;
  const from = node.exclusiveMinimum !== undefined ? `more than ${text(low)}` : text(low);
  // "More than 0" goes without saying.
  if (isOpen) return node.exclusiveMinimum !== undefined ? '' : `${from} or more`;
  return `${from} to ${node.exclusiveMaximum !== undefined ? 'less than ' : ''}${text(high)}`;
}

/** A description that says no more than the title: `Name of the run` beside `Name`. */
function repeats(title: string, description: string): boolean {
  return description.length <= title.length + 11 && description.toLowerCase().includes(title.toLowerCase());
}

/** `learningRate` -> `Learning rate`. */
function wordsOf(key: string): string {
  const words = key.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function initialDraft(fields: readonly Field[]): Draft {
  return Object.fromEntries(fields.map((field) => [field.key, field.initial]));
}

/** What the host is asked for. Optional fields that are empty are left out. Not yet validated. */
export function draftToInput(fields: readonly Field[], draft: Draft, options: SearchOptions): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    if (!isShown(field, draft)) continue;
    const value = draft[field.key] ?? field.initial;
    if (field.isOptional && value === '') continue;
    put(input, field.path.split('.'), typeof value === 'string' ? typedValue(field.kind, value) : value);
  }
  if (Object.keys(options).length > 0) put(input, ['strategy', 'options'], options);
  return input;
}

function typedValue(kind: FieldKind, text: string): unknown {
  if (kind === 'integer' || kind === 'number') return parseNumber(text);
  if (kind === 'levels') return textToLevels(text);
  return kind === 'numbers' ? parseNumbers(text) : text;
}

export type SearchOptions = NonNullable<NonNullable<SearchInput['strategy']>['options']>;

/** The other way round: a configuration as people write it, or that of an earlier run. */
export function inputToDraft(fields: readonly Field[], input: unknown): Draft {
  return Object.fromEntries(
    fields.map((field) => {
      const { key, kind, initial, isOptional, when } = field;
      const chosen = when && (valueAt(input, when.key) ?? fields.find((one) => one.key === when.key)?.initial);
      if (when && chosen !== when.value) return [key, initial];
      const value = valueAt(input, field.path);
      if (value === undefined || value === null) return [key, isOptional ? '' : initial];
      // Sound: a search that was read has passed the schema.
      if (kind === 'levels') return [key, levelsToText(value as NonNullable<SearchInput['levels']>)];
      if (Array.isArray(value)) return [key, kind === 'numbers' ? value.join(', ') : value.map(String)];
      return [key, typeof value === 'boolean' ? value : String(value)];
    }),
  );
}

function valueAt(input: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), input);
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const child: Record<string, unknown> = isRecord(inner) ? inner : {};
  target[key] = child;
  put(child, rest, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
