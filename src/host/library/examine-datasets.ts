/** What the doctor says of the workspace's own data sets: that no group of one is in two splits, by
 * the very rule of `trade datasets check`. Images are hashed there alone: that takes long. */
import { messageOf } from '../../core/errors.ts';
import type { DoctorReport } from '../../store/upkeep/doctor.ts';
import type { Catalog } from './catalog.ts';
import { checkColumns } from './dataset-sides.ts';

/** The report with what is wrong with groups; nothing brings a set back but another import. */
export async function withDatasets(
  report: DoctorReport,
  catalog: Pick<Catalog, 'foundDatasets'>,
): Promise<DoctorReport> {
  const own = (await catalog.foundDatasets()).filter(({ bundled }) => !bundled);
  const found: string[] = [];
  for (const { name, directory, card } of own) {
    await checkColumns(directory, card).catch((error: unknown) => {
      found.push(`Data set "${name}": ${messageOf(error)}`);
    });
  }
  if (found.length === 0) return report;
  const { problems, remedies = problems.map(() => '') } = report;
  return {
    ...report,
    ok: false,
    problems: [...problems, ...found],
    remedies: [...remedies, ...found.map(() => '')],
  };
}
