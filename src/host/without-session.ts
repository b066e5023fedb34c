/** What needs no session in a workspace: it works beside another process that has one, and makes no folder. */
import type { BackendView, DatasetView, ParsedSearchInput, TeacherView } from '../bridge/schemas.ts';
import { createCatalog } from './catalog.ts';
import type { HostOptions } from './host.ts';
import { planRun } from './run-plan.ts';
import { createSideJobs } from './side-jobs.ts';
import { trainerSettings } from './trainer-settings.ts';

type Places = Pick<HostOptions, 'workspace' | 'resources'>;

export function listDatasets({ resources, workspace }: Places): Promise<readonly DatasetView[]> {
  return createCatalog(resources, workspace).datasets();
}

export function listTeachers({ resources, workspace }: Places): Promise<readonly TeacherView[]> {
  return createCatalog(resources, workspace).teachers();
}

/** Measures the device in a trainer of its own. */
export async function measureBackend(options: Places & Pick<HostOptions, 'node' | 'trainer'>): Promise<BackendView> {
  const catalog = createCatalog(options.resources, options.workspace);
  const side = createSideJobs(trainerSettings(options, 'no-session'), catalog);
  try {
    return await side.backend();
  } finally {
    await side.close();
  }
}

/** Throws what starting this search would throw for its data set, teacher, families, strategy or limits. */
export async function checkSearch({ resources, workspace }: Places, search: ParsedSearchInput): Promise<void> {
  await planRun(createCatalog(resources, workspace), search);
}
