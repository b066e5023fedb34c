/** Trainings of teachers that can go on: each is a folder of the cache, which outlives its session,
 * with its order, what it is trained on, its curve and the trainer's own checkpoints. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { teacherInputSchema } from '../../bridge/schemas/library.ts';
import type { ParsedTeacherInput, UnfinishedTeacherView } from '../../bridge/schemas/library.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { recordedDatasetSchema } from '../../core/records/sources.ts';
import type { DatasetSources, Recorded } from '../../core/records/sources.ts';
import { bytesIn } from '../../store/upkeep/waste.ts';
import { readCurve } from './teacher-files.ts';

const ORDER_FILE = 'order.json';
const SOURCES_FILE = 'sources.json';
const ID = /^teacher-[a-z0-9-]{1,80}$/;

/** The same for the same training: its checkpoints can be gone on from. */
export function idOf({ name, dataset, seed, epochs, learningRate, flip }: ParsedTeacherInput): string {
  const hash = createHash('sha256').update(JSON.stringify([dataset, seed, epochs, learningRate, flip]));
  return `teacher-${name}-${hash.digest('hex').slice(0, 8)}`;
}

export function createUnfinishedTeachers(cache: string) {
  const placeOf = (order: ParsedTeacherInput): string => join(cache, idOf(order));

  async function viewOf(id: string): Promise<UnfinishedTeacherView | undefined> {
    const order = readOrder(join(cache, id));
    return order && { id, order, points: await readCurve(join(cache, id)), bytes: bytesIn(join(cache, id)) };
  }

  return {
    /** Writes down what is trained, and on what; gives its folder. */
    begin: (order: ParsedTeacherInput, sources: Recorded<DatasetSources>) => {
      const place = placeOf(order);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, ORDER_FILE), JSON.stringify(order));
      writeFileSync(join(place, SOURCES_FILE), JSON.stringify(sources));
      return place;
    },
    pointsOf: (order: ParsedTeacherInput) => readCurve(placeOf(order)),
    /** `undefined` where an earlier version began it, or nobody has. */
    sourcesOf: (order: ParsedTeacherInput) => {
      try {
        return recordedDatasetSchema.safeParse(readJson(join(placeOf(order), SOURCES_FILE))).data;
      } catch {
        return undefined;
      }
    },
    /** Whether a trainer has left anything to go on from: it may have been killed before its epoch
     * was told. */
    hasStates: (order: ParsedTeacherInput) => {
      const own = new Set([ORDER_FILE, SOURCES_FILE]);
      return existsSync(placeOf(order)) && readdirSync(placeOf(order)).some((name) => !own.has(name));
    },
    all: async (isInHand: (id: string) => boolean) => {
      const found = readdirSync(cache).filter((id) => ID.test(id) && !isInHand(id));
      return (await Promise.all(found.map(viewOf))).filter((one) => one !== undefined);
    },
    /** Throws `teacher.missing`. */
    discard: (id: string) => {
      if (!ID.test(id) || !existsSync(join(cache, id))) {
        throw new WorkbenchError('teacher.missing', `There is no unfinished training "${id}".`);
      }
      rmSync(join(cache, id), { recursive: true, force: true });
    },
  };
}

function readOrder(place: string): ParsedTeacherInput | undefined {
  try {
    return teacherInputSchema.safeParse(readJson(join(place, ORDER_FILE))).data;
  } catch {
    // A folder of something else, or one that a kill left before its first word.
    return undefined;
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
