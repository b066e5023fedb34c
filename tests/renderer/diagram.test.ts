import { describe, expect, test } from 'vitest';
import { costOf } from '../../src/core/arch/cost.ts';
import { familyNamesFor, studentFamily, studentSpace } from '../../src/core/arch/families/registry.ts';
import { placeDiagram } from '../../src/renderer/student/diagram-layout.ts';
import { diagramOf } from '../../src/renderer/student/diagram.ts';

const graphs = studentSpace(familyNamesFor({}), { inputShape: [28, 28, 1], classes: 10 }).families.map(
  (family) => [family.name, family.build(family.reference)] as const,
);

describe.each(graphs)('diagram of the reference %s', (_name, graph) => {
  const diagram = diagramOf(graph);

  test('every layer is in exactly one box, and no cost is lost in joining them', () => {
    expect(diagram.nodes.flatMap(({ layers }) => layers).sort()).toEqual(graph.layers.map(({ id }) => id).sort());
    const sum = (read: (node: (typeof diagram.nodes)[number]) => number): number =>
      diagram.nodes.reduce((total, node) => total + read(node), 0);
    expect(sum(({ params }) => params)).toBe(costOf(graph).params);
    expect(sum(({ macs }) => macs)).toBe(costOf(graph).macs);
  });

  test('all boxes but the input are reached, and only the logits lead nowhere', () => {
    const reached = new Set(diagram.edges.map(({ to }) => to));
    const left = new Set(diagram.edges.map(({ from }) => from));
    expect(diagram.nodes.filter(({ id }) => !reached.has(id)).map(({ id }) => id)).toEqual(['input']);
    expect(diagram.nodes.filter(({ id }) => !left.has(id)).map(({ id }) => id)).toEqual(['classifier']);
  });

  test('no two boxes overlap, and all lie inside the drawing', () => {
    const placed = placeDiagram(diagram);
    for (const [index, one] of placed.nodes.entries()) {
      expect(one.x).toBeGreaterThanOrEqual(placed.left);
      expect(one.x + one.width).toBeLessThanOrEqual(placed.left + placed.width);
      expect(one.y + one.height).toBeLessThanOrEqual(placed.height);
      for (const other of placed.nodes.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart, `${one.node.id} over ${other.node.id}`).toBe(true);
      }
    }
  });
});

// The name of an embed layer of 17,751 values ran into its shape, at the end of the same line.
test('an embed layer has its number of values in the line below its name', () => {
  const modality = { name: 'skill', title: 'Skill', channel: 0, bytes: 2, values: 17_751 } as const;
  const example = { kind: 'sequence', modalities: [modality] } as const;
  const family = studentFamily('gru', { inputShape: [200, 1, 2], classes: 2, example });
  const embed = diagramOf(family.build(family.reference)).nodes.find(({ title }) => title.startsWith('Embed'));
  expect(embed).toMatchObject({ title: 'Embed → 16', detail: 'of 17.8 k values' });
});
