/** What is asked of any teacher, whatever kind it is. */
import type { ArchitectureGraph } from './arch/graph.ts';
import { WorkbenchError } from './errors.ts';
import type { GraphCard, TeacherCard } from './records/teacher-card.ts';

/** `[height, width, channels]` of the images that it is shown. */
export const inputShapeOf = (card: TeacherCard): readonly number[] =>
  isGraphCard(card) ? card.graph.inputShape : card.inputShape;

export const classesOf = (card: TeacherCard): number => (isGraphCard(card) ? card.graph.classes : card.classes);

/** Absent where its layers are not known. */
export const graphOf = (card: TeacherCard): ArchitectureGraph | undefined =>
  isGraphCard(card) ? card.graph : undefined;

/** Multiply-accumulates of an image; absent where they are not known. */
export const macsOf = (card: TeacherCard): number | undefined => (isGraphCard(card) ? card.macs : undefined);

/** All files of its folder that its answers are made of. */
export function filesOf(card: TeacherCard): readonly { readonly file: string; readonly sha256: string }[] {
  return [card.weights, ...((isGraphCard(card) ? undefined : card.data) ?? [])];
}

/** What turns images into its answers, beside its weights. */
export function networkOf(card: TeacherCard): unknown {
  if (isGraphCard(card)) return { graph: card.graph, normalisation: card.normalisation };
  const { kind, inputShape, classes, reading, data = [] } = card;
  return { kind, inputShape, classes, reading, data };
}

/** What it learned from, where that is known. */
export const learnedFrom = (card: TeacherCard): GraphCard['dataset']['sources'] =>
  isGraphCard(card) ? card.dataset.sources : undefined;

export const isGraphCard = (card: TeacherCard): card is GraphCard => card.kind === undefined || card.kind === 'graph';

/** `what`: what is asked of it, in the plural. Throws `teacher.mismatch` where only a network of
 * ours can do it. */
export function withGraph(card: TeacherCard, what: string): GraphCard {
  if (isGraphCard(card)) return card;
  throw noLayers(layersUnknown(card), what);
}

export const layersUnknown = ({ name }: Pick<TeacherCard, 'name'>): string =>
  `Teacher "${name}" is an ONNX file: its layers are not known`;

export function noLayers(
  why: string,
  what: string,
  { remedy = 'Choose another teacher.', field }: { readonly remedy?: string; readonly field?: string } = {},
): WorkbenchError {
  const message = `${why}, and ${what} need them. ${remedy}`;
  return new WorkbenchError('teacher.mismatch', message, field === undefined ? {} : { field });
}

/** What to do where a loss wants layers. */
export const LOGIT_LOSSES = 'Choose a loss on logits (kd, mse, dkd or dist), or another teacher.';
