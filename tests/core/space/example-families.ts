/** Small families that show every kind of dimension: gates, gates of gates, categories, illegal
 * members, pools. */
import type { Configuration, Family } from '../../../src/core/space/space.ts';

const costs = (config: Configuration) => ({ params: Number(config['width'] ?? 1) });

/** `kind` gates `heads` and `ratio`; `ratio` gates `shape`. Members: 3 * (1 + 2 * (1 + 2)) = 21. */
export const GATED: Family = {
  name: 'gated',
  title: 'Gated',
  dimensions: [
    { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [8, 16, 32] },
    { name: 'kind', title: 'Kind', role: 'other', type: 'categorical', levels: ['plain', 'attention'] },
    {
      name: 'heads',
      title: 'Heads',
      role: 'heads',
      type: 'ordinal',
      levels: [1, 2],
      activeWhen: { dimension: 'kind', levels: ['attention'] },
    },
    {
      name: 'ratio',
      title: 'Ratio',
      role: 'expansion',
      type: 'ordinal',
      levels: [1, 2],
      activeWhen: { dimension: 'kind', levels: ['attention'] },
    },
    {
      name: 'shape',
      title: 'Shape',
      role: 'other',
      type: 'categorical',
      levels: [false, true],
      activeWhen: { dimension: 'ratio', levels: [2] },
    },
  ],
  reference: { width: 16, kind: 'attention', heads: 2, ratio: 1 },
  costs,
};

/** 4 * 3 combinations, of which those with equal levels are illegal: 9. */
export const RULED: Family = {
  name: 'ruled',
  title: 'Ruled',
  dimensions: [
    { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [1, 2, 3, 4] },
    { name: 'depth', title: 'Depth', role: 'depth', type: 'ordinal', levels: [1, 2, 3] },
  ],
  isLegal: (config) => config['width'] !== config['depth'],
  costs,
};

/** Three rows of a table over the dimensions of `RULED`, one of them illegal there. */
export const POOLED: Family = {
  ...RULED,
  name: 'pooled',
  pool: [
    { depth: 1, width: 3 },
    { width: 2, depth: 2 },
    { width: 4, depth: 1 },
  ],
};
