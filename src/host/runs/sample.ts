/** The search that shows what the program does. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSearchText } from '../../bridge/config/parse-config.ts';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { HostOptions } from '../host.ts';
import type { RunService } from './service.ts';

/** Throws `config.unreadable`, and what any start throws. */
export async function startSample(
  runs: Pick<RunService, 'start'>,
  { sample, resources }: Pick<HostOptions, 'sample' | 'resources'>,
): Promise<RunSummaryView> {
  const file = sample ?? join(resources, '..', 'examples', 'fashion-quick.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new WorkbenchError('config.unreadable', `The sample search cannot be read: ${String(error)}.`, { file });
  });
  return runs.start(parseSearchText(text, file), true);
}
