/** A teacher folder: its card `teacher.json` and its weights `weights.safetensors`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import { canonicalText, teacherChanged, teacherChanges } from '../../core/sources.ts';
import type { DatasetSources, Recorded } from '../../core/sources.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import type { Normalisation } from '../data/dataset.ts';
import type { TeacherRef } from '../tasks/inputs.ts';

export interface TeacherCard {
  readonly name: string;
  readonly title: string;
  readonly graph: ArchitectureGraph;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly params: number;
  readonly macs: number;
  /** Fractions of right answers on the data set's validation split and on its whole test split. */
  readonly accuracy: { readonly validation: number; readonly test: number };
  readonly dataset: {
    readonly id: string;
    readonly title: string;
    readonly trainImages: number;
    /** What it learned from; absent where that was not known. */
    readonly sources?: Recorded<DatasetSources>;
  };
  /** What its pixels were normalised with: it must be shown no others. */
  readonly normalisation: Normalisation;
  readonly weights: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly seconds: number;
  /** ISO 8601 day. */
  readonly date: string;
  readonly backend: string;
}

const CARD_FILE = 'teacher.json';
export const WEIGHTS_FILE = 'weights.safetensors';

/** Throws `teacher.missing` when there is no sound card. */
export function readTeacherCard(directory: string): TeacherCard {
  const file = join(directory, CARD_FILE);
  try {
    const card: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isCard(card)) return card;
  } catch (error) {
    throw missing(file, error instanceof Error ? error.message : String(error), error);
  }
  throw missing(file, 'it lacks name, graph, normalisation or weights');
}

/**
 * The same, held to what is known of it; its weights are compared with the hash in the card when
 * they are read. Throws `teacher.changed`, too.
 */
export function readKnownCard({ directory, known }: TeacherRef): TeacherCard {
  const card = readTeacherCard(directory);
  const changes = known && teacherChanges(known, { weights: card.weights.sha256, network: networkHash(card) });
  if (known === undefined || changes === undefined || changes.length === 0) return card;
  throw teacherChanged({ name: card.name, who: 'this training', since: known.at, changes });
}

/** Of what turns images into its answers, beside its weights. */
export function networkHash({ graph, normalisation }: Pick<TeacherCard, 'graph' | 'normalisation'>): string {
  return createHash('sha256').update(canonicalText({ graph, normalisation })).digest('hex');
}

export function writeTeacherCard(directory: string, card: TeacherCard): void {
  writeAtomically(join(directory, CARD_FILE), Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`));
}

function missing(file: string, finding: string, cause?: unknown): WorkbenchError {
  const message = `There is no usable teacher in ${file}: ${finding}. Choose another teacher, or train one.`;
  return new WorkbenchError('teacher.missing', message, { file }, { cause });
}

function isCard(value: unknown): value is TeacherCard {
  // Sound: what is used of it is tested below before it is believed.
  const card = value as Partial<TeacherCard> | null;
  return (
    typeof card === 'object' &&
    card !== null &&
    typeof card.name === 'string' &&
    Array.isArray(card.graph?.layers) &&
    isPerChannel(card.normalisation?.mean) &&
    isPerChannel(card.normalisation?.deviation) &&
    typeof card.weights?.file === 'string' &&
    typeof card.weights.sha256 === 'string'
  );
}

/** Cards of before several channels hold one number. */
function isPerChannel(value: unknown): boolean {
  return typeof value === 'number' || (Array.isArray(value) && value.every((one) => typeof one === 'number'));
}
