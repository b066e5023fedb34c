import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../../src/core/arch/cost.ts';
import { diffArchitectures } from '../../../src/core/arch/diff.ts';
import type { ArchitectureDiff, DiffRow } from '../../../src/core/arch/diff.ts';
import { familyNamesFor, studentFamily } from '../../../src/core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../../../src/core/arch/graph.ts';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';
import { randomMember } from '../../../src/core/space/lattice.ts';
import { seededChance } from './chance.ts';

const students = familyNamesFor({}).map((name) => studentFamily(name, { inputShape: [28, 28, 1], classes: 10 }));
const resnet = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 });
const anyGraph = fc
  .tuple(fc.constantFrom(...students), fc.nat())
  .map(([family, seed]) => family.build(randomMember(family, seededChance(seed))));

const sides = ({ rows }: ArchitectureDiff) => rows.map((row) => [row.left?.id, row.right?.id]);
const pairsOf = (diff: ArchitectureDiff) => sides(diff).filter(([left, right]) => left && right);
const find = (diff: ArchitectureDiff, id: string): DiffRow | undefined =>
  diff.rows.find((row) => row.left?.id === id || row.right?.id === id);

describe('diffArchitectures', () => {
  it('finds a network the same as itself', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { rows } = diffArchitectures(graph, graph);
        expect(rows.every((row) => row.status === 'same' && row.left?.id === row.right?.id)).toBe(true);
        expect(rows.length).toBe(graph.layers.length);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same alignment in a mirror, whichever side is asked first', () => {
    fc.assert(
      fc.property(anyGraph, anyGraph, (left, right) => {
        const there = diffArchitectures(left, right);
        const back = diffArchitectures(right, left);
        expect(pairsOf(there)).toEqual(pairsOf(back).map(([a, b]) => [b, a]));
        const count = (diff: ArchitectureDiff, status: string) =>
          diff.rows.filter((row) => row.status === status).length;
        expect(count(there, 'added')).toBe(count(back, 'removed'));
        expect(count(there, 'changed')).toBe(count(back, 'changed'));
        for (const [index, row] of there.rows.filter(({ left: l, right: r }) => l && r).entries()) {
          const mirrored = back.rows.filter(({ left: l, right: r }) => l && r)[index];
          expect(row.changes.length).toBe(mirrored?.changes.length);
          expect(row.follows).toBe(mirrored?.follows);
          expect(row.macsDelta + (mirrored?.macsDelta ?? NaN)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('holds every layer of both once, in order, with deltas that add up to the whole difference', () => {
    fc.assert(
      fc.property(anyGraph, anyGraph, (left, right) => {
        const diff = diffArchitectures(left, right);
        const ids = (graph: ArchitectureGraph) => graph.layers.map((layer) => layer.id);
        expect(diff.rows.flatMap((row) => (row.left ? [row.left.id] : []))).toEqual(ids(left));
        expect(diff.rows.flatMap((row) => (row.right ? [row.right.id] : []))).toEqual(ids(right));
        const total = (key: 'paramsDelta' | 'macsDelta') => diff.rows.reduce((sum, row) => sum + row[key], 0);
        expect(total('paramsDelta')).toBe(costOf(right).params - costOf(left).params);
        expect(total('macsDelta')).toBe(costOf(right).macs - costOf(left).macs);
        for (const { status, changes, follows, left: before, right: after } of diff.rows) {
          expect(changes.length > 0).toBe(status === 'changed');
          if (follows) expect([status, after?.layer.layer]).toEqual(['changed', before?.layer.layer]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows a second block as added, and nothing else', () => {
    const diff = diffArchitectures(resnet.build(resnet.reference), resnet.build({ ...resnet.reference, blocks1: 2 }));
    const added = diff.rows.filter((row) => row.status !== 'same');
    expect(added.every((row) => row.status === 'added' && row.right?.id.startsWith('stage1.block2.'))).toBe(true);
    expect(added.map((row) => row.paramsDelta)).toEqual([576, 16, 0, 576, 16, 0, 0]);
  });

  it('says in words what a wider stage changes', () => {
    const diff = diffArchitectures(resnet.build(resnet.reference), resnet.build({ ...resnet.reference, width2: 24 }));
    expect(find(diff, 'stage1.block1.conv2')?.status).toBe('same');
    expect(find(diff, 'stage2.block1.conv1')).toMatchObject({
      status: 'changed',
      paramsDelta: 9 * 8 * 8,
      changes: ['filters 16 → 24', 'output 7×7×16 → 7×7×24'],
    });
    expect(find(diff, 'stage3.block1.conv1')?.changes).toEqual(['input 7×7×16 → 7×7×24']);
  });

  it('tells the layers that a wider last stage changes from those whose shapes only follow', () => {
    const [narrow, wide] = [16, 24].map((width3) => resnet.build({ ...resnet.reference, width3 }));
    const { rows } = diffArchitectures(narrow!, wide!); // two were built
    const changed = rows.filter((row) => row.status === 'changed');
    const own = changed.filter((row) => !row.follows);
    const block = ['conv1', 'conv2', 'shortcut'].map((part) => `stage3.block1.${part}`);
    expect(own.map((row) => row.right?.id)).toEqual(block);
    const followers = changed.filter((row) => row.follows);
    const ops = followers.map((row) => row.right?.layer.layer.op);
    expect(new Set(ops)).toEqual(new Set(['batchNorm', 'activation', 'add', 'globalAveragePool', 'dense']));
    // 8 more channels: a scale and a shift each in the three norms, and a weight to each of the 10
    // classes.
    expect(followers.reduce((sum, row) => sum + row.paramsDelta, 0)).toBe(3 * 8 * 2 + 8 * 10);
  });

  it('pairs the costly parts that two families share', () => {
    const [vit, mixer] = [
      studentFamily('vit', { inputShape: [28, 28, 1], classes: 10 }),
      studentFamily('mlp-mixer', { inputShape: [28, 28, 1], classes: 10 }),
    ];
    const diff = diffArchitectures(vit.build(vit.reference), mixer.build(mixer.reference));
    expect(find(diff, 'block2.mlp.expand')?.right?.id).toBe('block2.channelMlp.expand');
    expect(find(diff, 'block1.attention')?.status).toBe('removed');
    expect(find(diff, 'block1.tokenMlp.expand')?.status).toBe('added');
  });

  it('pairs layers of one stage with those of the same stage, whatever the family', () => {
    const mobilenet = studentFamily('mobilenet-v2', { inputShape: [28, 28, 1], classes: 10 });
    const left = mobilenet.build({ width1: 8, width2: 8, width3: 16, blocks: 1, expansion: 4, kernel: 3 });
    const diff = diffArchitectures(left, resnet.build({ ...resnet.reference, blocks1: 2 }));
    const stage = (id: string | undefined) => id?.split('.')[0];
    const pairs = diff.rows.filter(({ left: before, right: after }) => before?.id.startsWith('stage') && after);
    expect(pairs.some(({ left: before }) => before?.layer.layer.op === 'conv2d')).toBe(true);
    for (const { left: before, right: after } of pairs) expect(stage(after?.id)).toBe(stage(before?.id));
  });

  it('sees a layer that reads another one although every layer and shape is the same', () => {
    const wired = (shortcut: boolean) => {
      const g = graphBuilder('test', [4, 4, 2], 2);
      const first = g.activation('first', g.input, 'relu');
      const second = g.activation('second', first, 'relu');
      return g.finish(g.globalAveragePool('pool', g.add('add', second, shortcut ? g.input : first)));
    };
    const changed = diffArchitectures(wired(false), wired(true)).rows.filter((row) => row.status === 'changed');
    expect(changed.map((row) => row.changes)).toEqual([['reads first → input']]);
  });

  it('tells how many layers an addition reads', () => {
    const summed = (count: number) => {
      const g = graphBuilder('test', [4, 4, 2], 2);
      return g.finish(g.globalAveragePool('pool', g.add('add', ...Array.from({ length: count }, () => g.input))));
    };
    expect(find(diffArchitectures(summed(2), summed(3)), 'add')?.changes).toEqual(['reads 2 → 3 layers']);
  });

  it('compares grids by their places, and tells of one that is only there on one side', () => {
    const relative = (grid?: readonly [number, number]): ArchitectureGraph => {
      const g = graphBuilder('test', [2, 2, 4], 3);
      const attended = g.attention('attention', g.tokens('tokens', g.input), { heads: 2, ...(grid && { grid }) });
      return g.finish(g.meanTokens('mean', attended));
    };
    expect(find(diffArchitectures(relative([2, 2]), relative([2, 2])), 'attention')?.changes).toEqual([]);
    expect(find(diffArchitectures(relative(), relative([2, 2])), 'attention')?.changes).toEqual(['grid none → 2×2']);
    expect(find(diffArchitectures(relative([4, 1]), relative()), 'attention')?.changes).toEqual(['grid 4×1 → none']);
  });
});
