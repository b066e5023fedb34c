/**
 * How a kind of task goes to another machine: its order names paths of this one, and what comes
 * back names files of that one. A kind says beside its schema what it reads, and what its reports
 * and its output look like: they come from elsewhere, and are checked before they are believed.
 */
import type { z } from '../../core/records/zod.ts';
import type { Artifact, DatasetRef, NetworkSource, TeacherRef } from './inputs.ts';
import type { WrittenFile } from './outputs.ts';

/** Where a path is to be found instead. */
export interface Places {
  readonly folder: (path: string) => string;
  readonly file: (artifact: Artifact) => string;
}

interface AnyTask {
  readonly input: unknown;
  readonly report: unknown;
  readonly output: unknown;
}

export interface Travel<T extends AnyTask> {
  /** Its input with every path that it reads replaced. */
  readonly reads: (input: T['input'], places: Places) => T['input'];
  readonly report: z.ZodType<T['report']>;
  readonly output: z.ZodType<T['output']>;
}

export const datasetAt = (places: Places, dataset: DatasetRef): DatasetRef => ({
  ...dataset,
  directory: places.folder(dataset.directory),
});

export const teacherAt = <T extends TeacherRef>(places: Places, teacher: T): T => ({
  ...teacher,
  directory: places.folder(teacher.directory),
  ...(teacher.members && { members: teacher.members.map(places.folder) }),
});

export const artifactAt = <T extends Artifact>(places: Places, artifact: T): T => ({
  ...artifact,
  path: places.file(artifact),
});

export const networkAt = (places: Places, source: NetworkSource): NetworkSource =>
  source.kind === 'teacher' ? teacherAt(places, source) : { ...source, weights: artifactAt(places, source.weights) };

/** A report or an output, its written files replaced. Anything with a path, a hash and a size is
 * one. */
export function withFiles(value: unknown, replace: (file: WrittenFile) => WrittenFile): unknown {
  if (Array.isArray(value)) return value.map((item) => withFiles(item, replace));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (isWrittenFile(value)) return replace(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withFiles(inner, replace)]));
}

function isWrittenFile(value: object): value is WrittenFile {
  const { path, sha256, bytes } = value as Partial<Record<keyof WrittenFile, unknown>>; // asked for next
  return typeof path === 'string' && typeof sha256 === 'string' && typeof bytes === 'number';
}
