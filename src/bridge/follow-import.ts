/** Reads an import to its end; the command line and the window do it alike. */
import type { DatasetView } from './schemas.ts';
import { toWorkbenchError } from './errors.ts';
import type { ImportEvent } from './import-schemas.ts';

export type ImportProgress = Extract<ImportEvent, { type: 'import.progress' }>;

/** The data set, or undefined where the import was stopped. Throws a `WorkbenchError`, also where it fails half-way. */
export async function followImport(
  events: AsyncIterable<ImportEvent>,
  tell: (progress: ImportProgress) => void,
): Promise<DatasetView | undefined> {
  try {
    for await (const event of events) {
      if (event.type === 'dataset.imported') return event.dataset;
      tell(event);
    }
    return undefined;
  } catch (error) {
    throw toWorkbenchError(error);
  }
}
