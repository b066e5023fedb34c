/** What is asked of any teacher, whatever kind it is. */
import type { ArchitectureGraph } from './arch/graph.ts';
import { lastOfEachSize, networkLayers } from './distill/feature-levels.ts';
import type { NetworkLayers } from './distill/feature-levels.ts';
import { WorkbenchError } from './errors.ts';
import { SPLITS } from './records/sources.ts';
import type { SplitName } from './records/sources.ts';
import type { EnsembleCard, GraphCard, Judged, OnnxLayer, TeacherCard, TeacherKind } from './records/teacher-card.ts';
import { canonicalText } from './sources.ts';

/** What there is beside networks of ours, in words. */
const KIND_WORDS = {
  onnx: 'an ONNX file',
  logits: 'a file of logits',
  ensemble: 'an ensemble',
} as const satisfies Readonly<Record<Exclude<TeacherKind, 'graph'>, string>>;

export const kindOf = (card: TeacherCard): TeacherKind => card.kind ?? 'graph';

/** `[height, width, channels]` of the images that it is shown. */
export const inputShapeOf = (card: TeacherCard): readonly number[] =>
  isGraphCard(card) ? card.graph.inputShape : card.inputShape;

export const classesOf = (card: TeacherCard): number => (isGraphCard(card) ? card.graph.classes : card.classes);

/** Absent where it is no network of ours. */
export const graphOf = (card: TeacherCard): ArchitectureGraph | undefined =>
  isGraphCard(card) ? card.graph : undefined;

/** What it shows beside its answers; absent where nothing is known of that. */
export function layersOf(card: TeacherCard): NetworkLayers | undefined {
  if (isGraphCard(card)) return networkLayers(card.graph);
  return card.kind === 'onnx' && card.layers !== undefined ? shownLayers(card.layers) : undefined;
}

/** Of outputs of one size the last counts, as of layers; so does the last vector. */
export function shownLayers(layers: readonly OnnxLayer[]): NetworkLayers {
  const maps = layers.flatMap((layer) => (layer.form === 'vector' ? [] : [{ ...layer, layerId: layer.output }]));
  const vector = layers.findLast((layer) => layer.form === 'vector');
  return {
    levels: lastOfEachSize(maps.map(({ layerId, height, width, channels }) => ({ layerId, height, width, channels }))),
    ...(vector && { vector: { layerId: vector.output, length: vector.length } }),
  };
}

/** `layer2 8 x 8 x 128` */
export function layerWords(layer: OnnxLayer): string {
  const sizes = layer.form === 'vector' ? [layer.length] : [layer.height, layer.width, layer.channels];
  return `${layer.output} ${sizes.join(' x ')}`;
}

/** Numbers that it was taught; absent where they are not known. */
export const paramsOf = (card: TeacherCard): number | undefined => ('params' in card ? card.params : undefined);

/** Multiply-accumulates of an image; absent where they are not known. */
export const macsOf = (card: TeacherCard): number | undefined => ('macs' in card ? card.macs : undefined);

/** Fractions of right answers on each split that it was judged on. */
export const accuracyOf = (card: TeacherCard): Judged => card.accuracy;

/** The accuracy that says most of it, and of which split it is. */
export function headline({ validation, test, train }: Judged): {
  readonly accuracy: number;
  readonly split: 'validation' | 'test' | 'train';
} {
  if (validation !== undefined) return { accuracy: validation, split: 'validation' };
  if (test !== undefined) return { accuracy: test, split: 'test' };
  return { accuracy: train ?? NaN, split: 'train' };
}

/** Whose images it has answers for. */
export const splitsOf = (card: TeacherCard): readonly SplitName[] =>
  card.kind === 'logits' ? SPLITS.filter((name) => card.rows[name] !== undefined) : SPLITS;

/** Of an ensemble; none of any other. */
export const membersOf = (card: TeacherCard): EnsembleCard['members'] => (card.kind === 'ensemble' ? card.members : []);

/** What an ensemble's answers are made of, to be hashed. */
export const membersText = ({ members }: EnsembleCard): string =>
  canonicalText(members.map(({ weights, network }) => ({ weights, network })));

/** All files of its folder that its answers are made of. */
export function filesOf(card: TeacherCard): readonly { readonly file: string; readonly sha256: string }[] {
  if (card.kind === 'ensemble') return [];
  return [card.weights, ...((card.kind === 'onnx' ? card.data : undefined) ?? [])];
}

/** What turns images into its answers, beside its weights. */
export function networkOf(card: TeacherCard): unknown {
  if (isGraphCard(card)) return { graph: card.graph, normalisation: card.normalisation };
  const { kind, inputShape, classes } = card;
  if (card.kind === 'logits') return { kind, inputShape, classes, rows: card.rows };
  if (card.kind === 'ensemble') return { kind, inputShape, classes, mean: card.mean };
  const { reading, data = [], layers } = card;
  return { kind, inputShape, classes, reading, data, ...(layers && { layers }) };
}

/** The data that it is of, where that is known. */
export const learnedFrom = (card: TeacherCard): GraphCard['dataset']['sources'] =>
  'sources' in card.dataset ? card.dataset.sources : undefined;

export const isGraphCard = (card: TeacherCard): card is GraphCard => card.kind === undefined || card.kind === 'graph';

/** `what`: what is asked of it, in the plural. Throws `teacher.mismatch` where only a network of
 * ours can do it. */
export function withGraph(card: TeacherCard, what: string): GraphCard {
  if (isGraphCard(card)) return card;
  throw noLayers(layersUnknown(card), what);
}

/** `name`: what it is called where it stands; `why`: what it lacks. */
export const layersUnknown = (
  card: Exclude<TeacherCard, GraphCard>,
  name = card.name,
  why = 'its layers are not known',
): string => `Teacher "${name}" is ${KIND_WORDS[card.kind]}: ${why}`;

export function noLayers(
  why: string,
  what: string,
  { remedy = 'Choose another teacher.', field }: { readonly remedy?: string; readonly field?: string } = {},
): WorkbenchError {
  const message = `${why}, and ${what} need them. ${remedy}`;
  return new WorkbenchError('teacher.mismatch', message, field === undefined ? {} : { field });
}

/** What to do where a loss wants layers. */
const OTHERS = 'a loss on logits (kd, mse, dkd or dist), or another teacher.';
export const LOGIT_LOSSES = `Choose ${OTHERS}`;
/** The same of an ONNX file, which may give more than it does. */
export const MORE_OUTPUTS = `Export it with its layers as further outputs, or choose ${OTHERS}`;
