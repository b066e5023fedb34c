/**
 * Fusions of modalities before a recurrent layer, after arXiv 2111.04497 (knowledge tracing), whose
 * search is that of MFAS (Perez-Rua et al. 2019, arXiv 1903.06496): each layer joins two sources. A
 * modality that no layer reads is dropped, with its embedding.
 *
 * Over one modality there is nothing to join: the family is its recurrent layer alone.
 */
import type { Configuration, Dimension } from '../../../space/space.ts';
import { paramsAndMacs } from '../../cost.ts';
import { modalitiesOf } from '../sequences/steps.ts';
import { numberLevel } from '../student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from '../student-family.ts';
import { chooser, referenceOf, upTo, whole, widths } from '../wide/levels.ts';
import type { WideTask } from '../wide/levels.ts';
import type { StagedFamily } from '../wide/stages.ts';
import {
  droppedModalities,
  FUSION_ACTIVATIONS,
  FUSION_OPS,
  layersOf,
  modalitiesIn,
  MOST_FUSIONS,
  pairsOf,
  partnersOf,
} from './code.ts';
import { fusionStudent } from './network.ts';

const NAME = { name: 'fusion', title: 'Fusion', source: 'arXiv 2111.04497, with the space of MFAS (2019)' };

/** Of the compact family. */
const WIDTH = 16;
const UNITS = 32;
/** A compact family is listed whole. */
const MOST_LISTED = 20_000;

const SIMPLEST = { layers: 1, op1: 'concat', act1: 'relu' } as const;

/** Name, title and levels of what each layer chooses. */
type Choose = (name: string, title: string, levels: readonly string[]) => Dimension;

/** The count of layers and what each of them chooses. */
function layerDimensions(task: StudentTask, layers: Dimension, choose: Choose): readonly Dimension[] {
  const modalities = modalitiesOf(task);
  const most = Math.max(...layers.levels.map(Number));
  const rows = upTo(most).flatMap((layer) => {
    const inputs =
      layer === 1
        ? choose('inputs1', 'Inputs 1', pairsOf(modalities))
        : choose(`with${layer}`, `Beside the layer before ${layer}`, partnersOf(modalities, layer));
    const own = [
      inputs,
      choose(`op${layer}`, `Operation ${layer}`, FUSION_OPS),
      choose(`act${layer}`, `Activation ${layer}`, FUSION_ACTIVATIONS),
    ];
    const levels = layers.levels.filter((count) => Number(count) >= layer);
    if (levels.length === layers.levels.length) return own;
    return own.map((dimension) => ({ ...dimension, activeWhen: { dimension: layers.name, levels } }));
  });
  return [layers, ...rows];
}

const counting = (most: number): Dimension => ({
  ...{ name: 'layers', title: 'Layers of fusion', role: 'depth', type: 'ordinal', levels: upTo(most) },
});

const growing = ({ name, levels }: Dimension): { readonly grows?: string } =>
  levels.length > 1 ? { grows: name } : {};

/** Students of up to so many layers. */
function studentsOf(modalities: number, layers: number): number {
  const each = FUSION_OPS.length * FUSION_ACTIVATIONS.length;
  const first = (each * modalities * (modalities - 1)) / 2;
  return layers === 1 ? first : first * (1 + each * modalities);
}

/** Two layers at most, or one where there are so many modalities that two could not be listed. */
export function fusionFamily(task: StudentTask): StudentFamilyDefinition {
  const modalities = modalitiesOf(task);
  const build = (config: Configuration) =>
    fusionStudent(task, { modalities, width: WIDTH, units: UNITS, layers: layersOf(config) });
  if (modalities.length < 2) return { ...NAME, dimensions: [], reference: {}, build };
  const layers = counting(studentsOf(modalities.length, 2) <= MOST_LISTED ? 2 : 1);
  const dimensions = layerDimensions(task, layers, (name, title, levels) => ({
    ...{ name, title, role: 'other', type: 'categorical', levels },
  }));
  return {
    ...{ ...NAME, dimensions, build },
    ...growing(layers),
    unread: (config) => droppedModalities(config, modalities),
    reference: { ...SIMPLEST, inputs1: pairsOf(modalities)[0] ?? '' },
  };
}

/** Up to three layers, with widths of its own. */
export function wideFusion(task: WideTask): StagedFamily {
  const modalities = modalitiesOf(task);
  const choose = chooser(task, 'fusion');
  const width = choose.ordinal(
    ...(['width', 'Width of an embedding and a layer', 'width'] as const),
    ...([widths(task, [4, 6, 8, 12, 16, 24, 32], 2), whole(2, 4096, 2)] as const),
  );
  const units = choose.ordinal(
    ...(['units', 'Units of the recurrent layer', 'width'] as const),
    ...([widths(task, [8, 12, 16, 24, 32, 48, 64, 96], 4), whole(1, 8192)] as const),
  );
  const rule = whole(1, MOST_FUSIONS);
  const layers =
    modalities.length > 1 && choose.ordinal('layers', 'Layers of fusion', 'depth', upTo(MOST_FUSIONS), rule);
  const dimensions = [width, units, ...(layers ? layerDimensions(task, layers, choose.categorical) : [])];
  choose.check();
  const build = (config: Configuration) =>
    fusionStudent(task, {
      modalities,
      width: numberLevel(config, 'width'),
      units: numberLevel(config, 'units'),
      layers: layersOf(config),
    });
  const costs = (config: Configuration) => paramsAndMacs(build(config));
  const wished = { ...SIMPLEST, inputs1: pairsOf(modalities)[0] ?? '', width: WIDTH, units: UNITS };
  return {
    ...{ ...NAME, dimensions, build, costs },
    ...(layers && growing(layers)),
    unread: (config) => droppedModalities(config, modalities),
    reference: referenceOf(task, dimensions, wished),
    cheapest: () => {
      const config = leastOf(dimensions, new Map(modalities.map(({ name, values }) => [name, values])));
      return [{ config, ...costs(config) }];
    },
  };
}

/**
 * No other has fewer params or MACs: the narrowest of the fewest layers, each of the cheapest
 * operation, over the modalities with the fewest values. `values`: of each modality.
 */
function leastOf(dimensions: readonly Dimension[], values: ReadonlyMap<string, number>): Configuration {
  const isOrdinal = ({ type }: Dimension): boolean => type === 'ordinal';
  const least = new Map(dimensions.filter(isOrdinal).map(({ name, levels }) => [name, Number(levels[0])]));
  const count = least.get('layers') ?? 0;
  const levelsOf = (name: string): readonly string[] =>
    dimensions.find((one) => one.name === name)?.levels.map(String) ?? [];
  let chosen: readonly (readonly string[])[] = count > 0 ? levelsOf('inputs1').map((pair) => [pair]) : [[]];
  for (const layer of upTo(count, 2)) {
    chosen = chosen.flatMap((one) => levelsOf(`with${layer}`).map((other) => [...one, other]));
  }
  const weigh = (one: readonly string[]): number =>
    [...new Set(one.flatMap(modalitiesIn))].reduce((sum, name) => sum + (values.get(name) ?? 0), 0);
  const sources = chosen.reduce((best, one) => (weigh(one) < weigh(best) ? one : best), chosen[0] ?? []);
  const rows = upTo(count).flatMap((layer) => [
    [layer === 1 ? 'inputs1' : `with${layer}`, sources[layer - 1] ?? ''] as const,
    [`op${layer}`, FUSION_OPS.find((op) => levelsOf(`op${layer}`).includes(op)) ?? 'add'] as const,
    [`act${layer}`, levelsOf(`act${layer}`)[0] ?? 'relu'] as const,
  ]);
  return Object.fromEntries([...least, ...rows]);
}
