/**
 * What a student of fusions chooses: layers one after the other, each joining two sources by an
 * operation and an activation. The first reads two modalities; a later one reads the layer before
 * it, and a modality or an earlier layer. So nothing is computed that nobody reads.
 *
 * Two sources are named once, whichever stands first: a sum, a concatenation and an attention over
 * both are the same network either way round. A gate is not: it is two operations.
 */
import type { Modality } from '../../../records/example.ts';
import type { Configuration } from '../../../space/space.ts';
import { textLevel } from '../student-family.ts';

/** From cheap to dear. */
export const FUSION_OPS = ['add', 'first-gated', 'second-gated', 'concat', 'attention'] as const;
export const FUSION_ACTIVATIONS = ['relu', 'tanh', 'sigmoid'] as const;
export const MOST_FUSIONS = 3;

export type FusionOp = (typeof FUSION_OPS)[number];

/** A modality by its name, or an earlier layer by its number. */
export type FusionSource = string | number;

export interface FusionLayer {
  readonly sources: readonly [FusionSource, FusionSource];
  readonly op: FusionOp;
  readonly activation: (typeof FUSION_ACTIVATIONS)[number];
}

type Named = Pick<Modality, 'name'>;

/** Names of modalities have no such sign. */
const GLUE = '+';
/** They have no space either. */
const LAYER = 'layer ';

/** Every two modalities once. */
export const pairsOf = (modalities: readonly Named[]): readonly string[] =>
  modalities.flatMap(({ name }, at) => modalities.slice(at + 1).map((other) => `${name}${GLUE}${other.name}`));

/** What may be read beside the layer before, by a layer from the second on. */
export const partnersOf = (modalities: readonly Named[], layer: number): readonly string[] => [
  ...modalities.map(({ name }) => name),
  ...Array.from({ length: Math.max(0, layer - 2) }, (_, at) => `${LAYER}${at + 1}`),
];

/** The layers of a member, first to last; none of the family over one modality. */
export function layersOf(config: Configuration): readonly FusionLayer[] {
  return Array.from({ length: Number(config['layers'] ?? 0) }, (_, at) => {
    const layer = at + 1;
    return {
      sources: layer === 1 ? pairIn(String(config['inputs1'])) : [at, sourceIn(String(config[`with${layer}`]))],
      op: textLevel(config, `op${layer}`, FUSION_OPS),
      activation: textLevel(config, `act${layer}`, FUSION_ACTIVATIONS),
    };
  });
}

function pairIn(level: string): readonly [string, string] {
  const [first = level, second = level] = level.split(GLUE);
  return [first, second];
}

const sourceIn = (level: string): FusionSource => (level.startsWith(LAYER) ? Number(level.slice(LAYER.length)) : level);

/** Names of the modalities that a level of `inputs1` or of `with2` and `with3` reads. */
export const modalitiesIn = (level: string): readonly string[] => (level.startsWith(LAYER) ? [] : level.split(GLUE));

/** Those of the modalities that no layer of the student reads, in their order. Over one modality
 * nothing is dropped. */
export function droppedModalities(config: Configuration, modalities: readonly Named[]): readonly string[] {
  const layers = layersOf(config);
  if (layers.length === 0) return [];
  const read = new Set(layers.flatMap(({ sources }) => sources));
  return modalities.map(({ name }) => name).filter((name) => !read.has(name));
}
