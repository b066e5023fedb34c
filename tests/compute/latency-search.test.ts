/** A search with latency among its objectives, on real networks: trainers hold, ONNX Runtime is
 * asked, students train. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHost } from '../../src/host/for-shells.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';

it('times each student, then trains it, and has a front of accuracy against latency', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latency-'));
  const workspace = join(folder, 'workspace');
  writeTinyDataset(join(folder, 'resources', 'datasets', 'tiny'));
  const host = await createHost({ workspace, resources: join(folder, 'resources'), shell: 'cli' });
  try {
    const { client } = host;
    const { run } = await client.runs.start({
      name: 'tiny',
      dataset: 'tiny',
      families: ['resnet', 'mlp-mixer'],
      objectives: ['accuracy', 'latencyMs'],
      budget: { trials: 4 },
      recipe: { epochs: 1, distillation: { loss: 'none' } },
      slots: 2,
    });
    let end = await client.runs.get({ id: run.id });
    while (end.run.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 20));
      end = await client.runs.get({ id: run.id });
    }
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, 4]);
    const trials = await client.runs.trials({ id: run.id });
    for (const { id, metrics } of trials) {
      expect(metrics['latencyMs']).toBeGreaterThan(0);
      expect(metrics['latencyP90Ms']).toBeGreaterThanOrEqual(metrics['latencyMs'] ?? NaN);
      const rows = await client.trials.latencies({ id });
      expect(rows.map(({ engine, batch, threads }) => [engine, batch, threads])).toEqual([
        ['onnxruntime', 1, 1],
        ['onnxruntime', 32, 1],
      ]);
    }
    expect(end.score.frontSize).toBeGreaterThan(0);
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
