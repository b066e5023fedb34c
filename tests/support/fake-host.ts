/** A host over the fake trainer, a fresh workspace and a small bundle of resources: end to end
 * without computing. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHost } from '../../src/host/for-shells.ts';
import type { Host, HostOptions } from '../../src/host/for-shells.ts';
import { FASHION_TEACHER, writeFakeTeacher } from './fake-teacher.ts';
import type { FakePlan } from './fake-trainer.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const FAKE_TRAINER = join(root, 'tests/support/fake-trainer.ts');
export const SAMPLE = join(root, 'examples/fashion-quick.json');

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'trade-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The real data set, and a teacher that has a card and no sense. */
export function makeResources(folder: string): string {
  const resources = join(folder, 'resources');
  cpSync(join(root, 'resources/datasets'), join(resources, 'datasets'), { recursive: true });
  for (const part of ['ray', 'requirements'])
    cpSync(join(root, 'resources', part), join(resources, part), { recursive: true });
  writeFakeTeacher(join(resources, 'teachers/fashion-resnet'), FASHION_TEACHER);
  return resources;
}

export function fakeHost(
  folder: string,
  plan: FakePlan = {},
  more: Partial<HostOptions> & { readonly silenceMs?: number } = {},
): Promise<Host> {
  const { silenceMs, ...options } = more;
  return createHost({
    workspace: join(folder, 'workspace'),
    resources: join(folder, 'resources'),
    shell: 'cli',
    config: join(folder, 'config'),
    sample: SAMPLE,
    trainer: {
      entry: FAKE_TRAINER,
      environment: { FAKE_TRAINER: JSON.stringify(plan) },
      ...(silenceMs !== undefined && { silenceMs }),
    },
    ...options,
  });
}
