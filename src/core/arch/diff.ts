/**
 * Structural diff of two architectures: which layers are the same, changed, added or removed, and
 * what that costs.
 *
 * The two layer sequences are aligned by the heaviest common subsequence (Needleman and Wunsch
 * 1970, gaps free): only layers of one op pair up, and a pair weighs more the closer the places of
 * both in their networks (stage, block, part) and the more its layers cost, so that convolutions
 * decide and their norms follow.
 */
import { costOf, layerCosts } from './cost.ts';
import type { Cost, LayerCost } from './cost.ts';
import type { ArchitectureGraph, Op, Shape } from './graph.ts';

export type DiffStatus = 'same' | 'changed' | 'added' | 'removed';

export interface DiffRow {
  readonly status: DiffStatus;
  /** Absent where the layer was added. */
  readonly left?: LayerCost;
  /** Absent where the layer was removed. */
  readonly right?: LayerCost;
  /** Right minus left; an absent layer costs 0. */
  readonly paramsDelta: number;
  readonly macsDelta: number;
  /** True of a changed layer whose attributes and wiring are the same: only the shapes it sees
   * follow other layers. */
  readonly follows: boolean;
  /** In words: `filters 16 → 32`, `output 14×14×16 → 14×14×32`; empty unless changed. */
  readonly changes: readonly string[];
}

export interface ArchitectureDiff {
  /** In the order of both networks; between two pairs the removed layers stand before the added
   * ones. */
  readonly rows: readonly DiffRow[];
  readonly left: Cost;
  readonly right: Cost;
}

/** `[left index, right index]`, both ascending. */
type Pairs = readonly (readonly [number, number])[];

/** From `left` to `right`; the other way round it is the same alignment with the sides
 * exchanged. */
export function diffArchitectures(left: ArchitectureGraph, right: ArchitectureGraph): ArchitectureDiff {
  const [leftRows, rightRows] = [layerCosts(left), layerCosts(right)];
  const pairs = symmetricPairs(leftRows, rightRows);
  return { rows: diffRows(leftRows, rightRows, pairs), left: costOf(left), right: costOf(right) };
}

function diffRows(left: readonly LayerCost[], right: readonly LayerCost[], pairs: Pairs): readonly DiffRow[] {
  const partners = new Map(
    pairs.flatMap(([i, j]) => (left[i] && right[j] ? [[left[i].id, right[j].id] as const] : [])),
  );
  const rows: DiffRow[] = [];
  let [nextLeft, nextRight] = [0, 0];
  for (const [i, j] of [...pairs, [left.length, right.length] as const]) {
    for (const row of left.slice(nextLeft, i)) {
      const [paramsDelta, macsDelta] = [0 - row.params, 0 - row.macs];
      rows.push({ status: 'removed', left: row, paramsDelta, macsDelta, follows: false, changes: [] });
    }
    for (const row of right.slice(nextRight, j)) {
      const [paramsDelta, macsDelta] = [row.params, row.macs];
      rows.push({ status: 'added', right: row, paramsDelta, macsDelta, follows: false, changes: [] });
    }
    const [before, after] = [left[i], right[j]];
    if (before && after) rows.push(pairRow(before, after, partners));
    [nextLeft, nextRight] = [i + 1, j + 1];
  }
  return rows;
}

/** `partners`: ids of right layers by the ids of the left layers they are paired with. */
function pairRow(left: LayerCost, right: LayerCost, partners: ReadonlyMap<string, string>): DiffRow {
  const attributes = attributeChanges(left.layer.layer, right.layer.layer);
  const shapes = [
    ...shapeChanges('input', left.inputShapes, right.inputShapes),
    ...shapeChanges('output', [left.shape], [right.shape]),
  ];
  const wiring = wiringChanges(left, right, partners);
  const changes = [...attributes, ...shapes, ...wiring];
  return {
    status: changes.length === 0 ? 'same' : 'changed',
    left,
    right,
    paramsDelta: right.params - left.params,
    macsDelta: right.macs - left.macs,
    follows: shapes.length > 0 && attributes.length + wiring.length === 0,
    changes,
  };
}

function attributeChanges(left: Op, right: Op): readonly string[] {
  const [before, after] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [attributeText(before.get(name)), attributeText(after.get(name))];
    return was === is ? [] : [`${name} ${was} → ${is}`];
  });
}

function attributeText(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return value.join('×');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function shapeChanges(what: string, left: readonly Shape[], right: readonly Shape[]): readonly string[] {
  const [before, after] = [shapesText(left), shapesText(right)];
  return before === after ? [] : [`${what} ${before} → ${after}`];
}

function shapesText(shapes: readonly Shape[]): string {
  return [...new Set(shapes.map((shape) => shape.join('×')))].join(' and ');
}

/** A layer that now reads another one, unless that comes of a layer added or removed: those have
 * rows of their own. */
function wiringChanges(left: LayerCost, right: LayerCost, partners: ReadonlyMap<string, string>): readonly string[] {
  if (left.layer.inputs.length !== right.layer.inputs.length) {
    return [`reads ${left.layer.inputs.length} → ${right.layer.inputs.length} layers`];
  }
  const pairedOnTheRight = new Set(partners.values());
  return left.layer.inputs.flatMap((before, index) => {
    const after = right.layer.inputs[index];
    const partner = partners.get(before);
    const moved = after !== undefined && partner !== undefined && partner !== after && pairedOnTheRight.has(after);
    return moved ? [`reads ${before} → ${after}`] : [];
  });
}

/** Ties are settled in one direction only, so the alignment is found in a canonical order of the
 * two sequences. */
function symmetricPairs(left: readonly LayerCost[], right: readonly LayerCost[]): Pairs {
  if (signature(left) <= signature(right)) return heaviestPairs(left, right);
  return heaviestPairs(right, left).map(([j, i]) => [i, j] as const);
}

function signature(rows: readonly LayerCost[]): string {
  return JSON.stringify(rows.map((row) => [row.id, row.layer, row.shape]));
}

function heaviestPairs(left: readonly LayerCost[], right: readonly LayerCost[]): Pairs {
  // best[i][j]: weight of the best alignment of left from i on with right from j on.
  const best = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  const paired = (i: number, j: number): number => pairWeight(left[i], right[j]) + at(i + 1, j + 1);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = best[i] ?? [];
    for (let j = right.length - 1; j >= 0; j -= 1) row[j] = Math.max(paired(i, j), at(i + 1, j), at(i, j + 1));
  }
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (pairWeight(left[i], right[j]) > 0 && paired(i, j) === at(i, j)) {
      pairs.push([i, j]);
      [i, j] = [i + 1, j + 1];
    } else if (at(i + 1, j) === at(i, j)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** 0 for different ops; symmetric, and the same whichever way it is asked. */
function pairWeight(left: LayerCost | undefined, right: LayerCost | undefined): number {
  if (left === undefined || right === undefined || left.layer.layer.op !== right.layer.layer.op) return 0;
  const [before, after] = [placeOf(left.id), placeOf(right.id)];
  const sameStage = before.stage === after.stage;
  const samePart = before.part === after.part;
  const nearness = left.id === right.id ? 8 : 1 + (sameStage ? 2 : 0) + (samePart ? 2 : 0);
  return nearness * (1 + Math.log2(1 + Math.min(left.params + left.macs, right.params + right.macs)));
}

/** `stage2.block1.conv1.norm`: stage `stage2`, part `conv1.norm`. */
function placeOf(id: string): { readonly stage: string; readonly part: string } {
  const [stage = id, ...rest] = id.split('.');
  return { stage, part: rest.filter((piece) => !/^block\d+$/.test(piece)).join('.') };
}
