/** Where trainings run, in the page's memory: a cluster of two nodes, one of them without the
 * program. */
import type { BridgeClient } from '../../../src/bridge/client.ts';
import type { ClusterView, ExecutorSettings, ExecutorStatus } from '../../../src/bridge/schemas/executor.ts';
import type { JobView } from '../../../src/bridge/schemas/job.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';

const NODES: ClusterView['nodes'] = [
  { id: 'n1', address: '10.0.0.1', cpus: 8, gpus: 1, memory: 64e9, version: '0.1.0' },
  {
    ...{ id: 'n2', address: '10.0.0.2', cpus: 4, gpus: 0, memory: 16e9 },
    problem: 'The program is not on node 10.0.0.2 (no folder is named). Install it there.',
  },
];

export function mockExecutor(): Pick<BridgeClient, 'executor'> {
  let executor: ExecutorSettings = { kind: 'local' };
  const status = (): ExecutorStatus => ({ executor, isForNow: false, trainers: [] });
  return {
    executor: {
      status: async () => status(),
      choose: async (wanted) => {
        executor = { cpus: 1, gpus: 0, ...wanted } as ExecutorSettings; // as the schema fills it in
        return status();
      },
      test: async (wanted) => {
        if (wanted.kind === 'ray' && !wanted.address.includes('nowhere')) {
          const [cpus, gpus] = [
            { total: 12, free: 10 },
            { total: 1, free: 1 },
          ];
          const versions = { ray: '2.60.0', python: '3.11.7' };
          return { address: wanted.address, versions, nodes: NODES, cpus, gpus, slots: 8 };
        }
        throw new WorkbenchError('backend.missing', 'No cluster of Ray answers at ray://nowhere:10001: refused.');
      },
      install: async (): Promise<JobView> => ({
        ...{ id: 'job-ray', kind: 'install', subject: 'Ray', state: 'running', stage: 'fetching Ray' },
        ...{ done: 0, total: 0, startedAt: '2026-03-04T10:00:00.000Z' },
      }),
    },
  };
}
