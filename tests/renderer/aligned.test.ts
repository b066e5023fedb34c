import { expect, test } from 'vitest';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { alignDiagrams } from '../../src/renderer/compare/aligned.ts';
import { diagramOf } from '../../src/renderer/student/diagram.ts';

const build = (family: string, change: object = {}) => {
  const { reference, build: make } = studentFamily(family, { inputShape: [28, 28, 1], classes: 10 });
  return make({ ...reference, ...change });
};

test('every box of both networks stands once, in the order of its network, and every edge has its line', () => {
  const [left, right] = [build('resnet'), build('mobilenet-v2')];
  const { rows, lines } = alignDiagrams(left, right);
  const idsOf = (side: 'left' | 'right') => rows.flatMap((row) => row[side]?.id ?? []);
  expect(idsOf('left')).toEqual(diagramOf(left).nodes.map(({ id }) => id));
  expect(idsOf('right')).toEqual(diagramOf(right).nodes.map(({ id }) => id));
  expect(lines).toHaveLength(diagramOf(left).edges.length + diagramOf(right).edges.length);
});

test('a network beside itself is the same in every row; a wider one changes rows and adds none', () => {
  const one = build('resnet');
  expect(new Set(alignDiagrams(one, one).rows.map(({ status }) => status))).toEqual(new Set(['same']));
  const statuses = alignDiagrams(one, build('resnet', { width3: 64 })).rows.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set(['same', 'changed']));
});
