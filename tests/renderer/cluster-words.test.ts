import { describe, expect, it } from 'vitest';
import type { ClusterView } from '../../src/bridge/schemas/executor.ts';
import { clusterFacts, queueText, slotsText } from '../../src/renderer/settings/cluster-words.ts';

const NODE = { id: 'a', address: '10.0.0.2', cpus: 4, gpus: 0, memory: 8e9 };
const CLUSTER: ClusterView = {
  address: 'ray://10.0.0.1:10001',
  versions: { ray: '2.60.0', python: '3.11.2' },
  nodes: [NODE],
  cpus: { total: 4, free: 2.5 },
  gpus: { total: 0, free: 0 },
  slots: 4,
};

describe('a cluster in words', () => {
  it('says how many trainings fit, and how many of them a search can use', () => {
    expect(slotsText(CLUSTER)).toBe('4 trainings of this size fit side by side.');
    expect(slotsText({ ...CLUSTER, slots: 1 })).toBe('1 training of this size fits.');
    expect(slotsText({ ...CLUSTER, slots: 64 })).toContain('a tenth of its trainings (docs/scale.md)');
  });

  it('tells a cluster without room from one without machines', () => {
    expect(slotsText({ ...CLUSTER, slots: 0 })).toContain('no training of this size fits');
    expect(slotsText({ ...CLUSTER, slots: 0, nodes: [] })).toContain('has no machine');
  });

  it('says none where there is no GPU at all, not nothing of nothing', () => {
    const facts = Object.fromEntries(clusterFacts(CLUSTER));
    expect(facts).toEqual({ Ray: '2.60.0, Python 3.11.2', CPUs: '2.5 of 4 free', GPUs: 'none' });
  });
});

describe('the queue', () => {
  it('counts trainers by what they do, and tells each reason to wait once', () => {
    const words = 'no node has 8 CPUs free';
    expect(
      queueText([
        { id: 1, state: 'working', node: '10.0.0.2' },
        { id: 2, state: 'waiting', words },
        { id: 3, state: 'waiting', words },
      ]),
    ).toBe('3 trainers: 1 at work, 2 waiting (no node has 8 CPUs free).');
    expect(queueText([{ id: 1, state: 'idle', node: '10.0.0.2' }])).toBe('1 trainer: 1 idle.');
    expect(queueText([])).toBe('No trainer is on the cluster now.');
  });
});
