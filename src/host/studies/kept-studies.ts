/** Studies of generators in the workspace's `studies` folder, each a folder of its name: what came
 * of each, and work on one as a job that goes on without its window. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorStudyOrder, GeneratorStudyView, NamedStudyOrder } from '../../bridge/schemas/generator.ts';
import { folderName } from '../../bridge/schemas/library.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import type { GeneratorRow } from '../../core/generator/row.ts';
import { faultOf } from '../../core/records/zod.ts';
import { factsOf, move, namesIn } from '../../store/disk.ts';
import { isLocked } from '../../store/lock.ts';
import { STUDIES_FOLDER } from '../../store/ownership.ts';
import { bytesIn } from '../../store/upkeep/waste.ts';
import type { JobList, TellJob } from '../jobs/job-list.ts';
import { createTurns } from '../turns.ts';
import type { StudyGenerators } from './generators.ts';
import { readStudyFolder } from './study-folder.ts';

export interface KeptStudiesParts {
  readonly study: StudyGenerators;
  /** Of the workspace. */
  readonly directory: string;
  /** Folder of the session, for what is on its way out. */
  readonly temp: string;
  readonly jobs: Pick<JobList, 'start'>;
}

/** Where a study of this name lies. */
export const studyPlace = (workspace: string, name: string): string => join(workspace, STUDIES_FOLDER, name);

export function createKeptStudies({ study, directory, temp, jobs }: KeptStudiesParts) {
  const placeOf = (name: string): string => studyPlace(directory, name);
  const inHand = new Map<string, GeneratorStudyOrder>();
  const inTurn = createTurns();

  /** Folders alone: a link leads to what is somebody's. */
  const isFolder = (name: string): boolean => factsOf(placeOf(name))?.isDirectory() === true;
  const isThere = (name: string): boolean => folderName.safeParse(name).success && isFolder(name);

  function read(name: string): ReturnType<typeof readStudyFolder> {
    if (isThere(name)) return readStudyFolder(placeOf(name));
    throw new WorkbenchError('usage.invalid', `name: there is no study "${name}".`, { field: 'name' });
  }

  function viewOf(name: string): GeneratorStudyView {
    const bytes = bytesIn(placeOf(name));
    const { error: misnamed } = folderName.safeParse(name);
    if (misnamed) return { name, bytes, rows: [], fault: `Give its folder another name: ${faultOf(misnamed)}.` };
    try {
      const { order, rows } = read(name);
      const shown = rows.map(({ episode, cell, action, score, distance, sheet }) => ({
        ...{ episode, cell, action, score, distance, sheet: sheet !== undefined },
      }));
      return { name, bytes, order, rows: shown };
    } catch (error) {
      return { name, bytes, rows: [], fault: messageOf(error) };
    }
  }

  function begin(name: string, order: GeneratorStudyOrder) {
    if (inHand.has(name)) throw new WorkbenchError('run.state', `The study "${name}" is being worked on already.`);
    inHand.set(name, order);
    const work = async (tell: TellJob, signal: AbortSignal): Promise<string | undefined> => {
      tell({ stage: 'loading the data set' });
      const studied = await study(
        order,
        placeOf(name),
        (news) => {
          if (news.type === 'progress') tell({ stage: news.stage, done: news.done, total: news.total });
        },
        signal,
      );
      return studied && name;
    };
    return jobs.start({ kind: 'generators', subject: name }, (tell, signal) => {
      tell({ stage: 'waiting for its turn' });
      return inTurn(() => work(tell, signal), signal).finally(() => inHand.delete(name));
    });
  }

  return {
    /** In the order of their names. */
    list: (): readonly GeneratorStudyView[] =>
      namesIn(join(directory, STUDIES_FOLDER)).filter(isFolder).toSorted().map(viewOf),
    start: ({ name, ...order }: NamedStudyOrder) => {
      if (factsOf(placeOf(name)) === undefined) return begin(name, order);
      const problem = `name: there is a study "${name}" already: go on with that, or choose another name.`;
      throw new WorkbenchError('usage.invalid', problem, { field: 'name' });
    },
    /** From its last cell. Throws `usage.invalid` where there is none of that name. */
    goOn: (name: string) => begin(name, read(name).order),
    /** Samples of a finished generator, a PNG as it was written. */
    sheet: (name: string, episode: number): Uint8Array => {
      const row = read(name).rows.find((one) => one.episode === episode && one.sheet !== undefined);
      if (row?.sheet !== undefined) return wholeFile(placeOf(name), row.sheet);
      const problem = `episode: the study "${name}" has no samples of generator ${episode + 1} yet.`;
      throw new WorkbenchError('usage.invalid', problem, { field: 'episode' });
    },
    /** For good. Throws `run.state` while somebody works on it. */
    remove: (name: string): void => {
      read(name);
      if (inHand.has(name) || isLocked(placeOf(name))) {
        throw new WorkbenchError('run.state', `The study "${name}" is being worked on: stop that first.`);
      }
      // Out of its place at once, whole; what a kill leaves of it is swept with the folder of the
      // session.
      const gone = join(temp, `removed-study-${name}-${Date.now()}`);
      move(placeOf(name), gone);
      rmSync(gone, { recursive: true, force: true });
    },
    /** Orders being worked on, or waiting for it. */
    inHand: () => [...inHand].map(([name, { dataset }]) => ({ name, dataset })),
  };
}

/** No link is followed, and other bytes than the row says are told. */
function wholeFile(folder: string, { file, sha256 }: NonNullable<GeneratorRow['sheet']>): Uint8Array {
  const path = join(folder, file);
  const content = factsOf(path)?.isFile() === true ? readFileSync(path) : undefined;
  if (content !== undefined && createHash('sha256').update(content).digest('hex') === sha256) return content;
  const problem = content === undefined ? 'is gone' : 'is not as it was written';
  throw new WorkbenchError('checkpoint.corrupt', `${path} ${problem}. The other samples are not touched by that.`, {
    file: path,
  });
}
