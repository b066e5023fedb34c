/**
 * What an archive brings beside its runs: teachers, data sets, replays. It can add and never
 * replace: names of the program's and of the workspace are taken. What is left out is told, and so
 * is every run that meant what was left out.
 */
import { messageOf } from '../../core/errors.ts';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Manifest } from '../../bridge/schemas/archive.ts';
import { hashFile } from '../../store/files.ts';
import { foldedName, readPath } from './layout.ts';
import type { Companions, Staged, UnpackOrder } from './orders.ts';
import { filesOfSplit } from '../library/dataset-sides.ts';
import { checkDatasetFiles, readDatasetCard } from '../library/dataset-files.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { parseReplay, replayIdIn } from '../replays/files.ts';
import { readCurve, readTeacherCard, readTeacherSources } from '../library/teacher-files.ts';
import { filesOf, membersOf } from '../../core/teacher.ts';

/** What a run, or a teacher, means by names. */
export interface NamedBy {
  /** `“Name”`, or `the teacher "name"`. */
  readonly who: string;
  readonly dataset: string;
  readonly teacher?: string;
}

type Files = Manifest['files'];
type Kind = 'teachers' | 'datasets';

const WORDS = { teachers: 'teacher', datasets: 'data set' } as const satisfies Record<Kind, string>;

interface Unit {
  readonly kind: Kind | 'replays';
  readonly name: string;
  /** Of the workspace's folder: `teachers/big`. */
  readonly path: string;
  readonly files: Files;
}

/** Moves what comes to its place in the staging's folder. */
export async function stageCompanions(
  order: UnpackOrder,
  { files }: Manifest,
  runs: readonly NamedBy[],
): Promise<Companions & Pick<Staged, 'folders' | 'notes'>> {
  const units = unitsOf(files);
  const folders: string[] = [];
  const notes: string[] = [];
  const came: { readonly [K in Unit['kind']]: string[] } = { teachers: [], datasets: [], replays: [] };
  const leftOut: { readonly [K in Kind]: Set<string> } = { teachers: new Set(), datasets: new Set() };
  const named: NamedBy[] = [...runs];

  for (const unit of await membersFirst(units, order)) {
    const { kind, name, path } = unit;
    const raw = rawOf(order, unit);
    const taken = kind === 'replays' ? takenReplay(order, unit) : takenFolder(order, kind, name);
    const reason =
      taken === undefined
        ? await faultOf(order, unit, raw)
        : isSame(taken.directory, unit.files)
          ? undefined
          : taken.words;
    if (reason !== undefined) {
      const what = kind === 'replays' ? `The replay file "${name}"` : `The ${WORDS[kind]} "${name}"`;
      notes.push(`${what} was left out: ${reason}.`);
      if (kind !== 'replays') leftOut[kind].add(name);
    } else if (taken === undefined) {
      mkdirSync(dirname(join(order.staging, path)), { recursive: true });
      renameSync(raw, join(order.staging, path));
      folders.push(path);
      came[kind].push(name);
      if (kind === 'teachers') {
        const { card } = await teacherIn(join(order.staging, path));
        named.push({ who: `the teacher "${name}"`, dataset: card.dataset.id });
      }
      notes.push(...extraFiles(unit, await namedFiles(unit, join(order.staging, path))));
    }
  }
  notes.push(...meant(named, leftOut.datasets, 'data set', ({ dataset }) => dataset));
  notes.push(...meant(named, leftOut.teachers, 'teacher', ({ teacher }) => teacher));
  return { folders, notes, teachers: came.teachers, datasets: came.datasets, replays: came.replays.length };
}

/** In the order of their kinds and names: data sets before the teachers that learned from them. */
function unitsOf(files: Files): readonly Unit[] {
  const byPath = new Map<string, Files[number][]>();
  for (const file of files) {
    const found = readPath(file.path);
    if (found?.kind === 'other') byPath.set(found.unit, [...(byPath.get(found.unit) ?? []), file]);
  }
  return [...byPath.keys()].sort().map((path) => {
    // Sound: the layout knows these folders alone.
    const kind = path.slice(0, path.indexOf('/')) as Unit['kind'];
    return { kind, name: path.slice(kind.length + 1), path, files: byPath.get(path) ?? [] };
  });
}

const rawOf = ({ staging }: UnpackOrder, { path }: Unit): string => join(staging, 'raw', path);

/** The same, ensembles last: what they are the mean of has found its place by then. */
async function membersFirst(units: readonly Unit[], order: UnpackOrder): Promise<readonly Unit[]> {
  const ensembles = new Set<Unit>();
  for (const unit of units) {
    const card =
      unit.kind === 'teachers' ? await readTeacherCard(rawOf(order, unit)).catch(() => undefined) : undefined;
    if (card?.kind === 'ensemble') ensembles.add(unit);
  }
  return [...units.filter((unit) => !ensembles.has(unit)), ...ensembles];
}

interface Taken {
  readonly directory: string;
  readonly words: string;
}

/** Capitals and small letters are alike: on some systems both would be one folder. A broken folder
 * is in the way, too. */
function takenFolder({ resources, workspace }: UnpackOrder, kind: Kind, name: string): Taken | undefined {
  for (const [root, whose] of [
    [resources, 'belongs to the program'],
    [workspace, 'is here already'],
  ] as const) {
    const found = namesIn(join(root, kind)).find((one) => foldedName(one) === foldedName(name));
    if (found === undefined) continue;
    const called = found === name ? 'one of that name' : `one called "${found}"`;
    return { directory: join(root, kind, found), words: `${called} ${whose}, with other content` };
  }
  return undefined;
}

function takenReplay({ workspace }: UnpackOrder, { name, path }: Unit): Taken | undefined {
  const id = foldedName(replayIdIn(name) ?? name);
  const found = namesIn(join(workspace, 'replays')).find((one) => foldedName(replayIdIn(one) ?? one) === id);
  if (found === undefined) return undefined;
  const same = found === name ? path : `replays/${found}`;
  return { directory: join(workspace, same), words: 'this replay is here already, in another state' };
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** `directory`: of the unit's place, or a single file. */
function isSame(directory: string, files: Files): boolean {
  return files.every(({ path, bytes, sha256 }) => {
    const place = statSync(directory).isDirectory() ? join(directory, insideUnit(path)) : directory;
    const found = statSync(place, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size === bytes && hashFile(place) === sha256;
  });
}

/** `teachers/big/curve.json` -> `curve.json` */
const insideUnit = (path: string): string => path.split('/').slice(2).join('/');

/** In words, where it is not what a search could use. */
async function faultOf(order: UnpackOrder, { kind, name }: Unit, raw: string): Promise<string | undefined> {
  try {
    if (kind === 'replays') parseReplay(name, readFileSync(raw, 'utf8'));
    else if (kind === 'teachers') await checkTeacher(order, raw);
    else await checkDataset(raw);
    return undefined;
  } catch (error) {
    const words = messageOf(error);
    // Where it lay for a moment tells nobody anything.
    const plain = words.replaceAll(`${raw}/`, '').replaceAll(raw, basename(raw)).replace(/\.$/, '');
    return `it is not sound (${plain.replaceAll(/\s+/g, ' ').slice(0, 300)})`;
  }
}

async function teacherIn(directory: string) {
  return { directory, card: await readTeacherCard(directory) };
}

/** Where a member of an ensemble will be: names of the program and of the workspace are taken. */
function memberPlace({ resources, workspace, staging }: UnpackOrder, name: string): string {
  const place = [resources, workspace, staging]
    .map((root) => join(root, 'teachers', name))
    .find((directory) => existsSync(directory));
  if (place === undefined) throw new Error(`its member "${name}" is not here, and did not come with it`);
  return place;
}

/** Throws what is wrong with its card, its graph, its weights or its members. */
async function checkTeacher(order: UnpackOrder, directory: string): Promise<void> {
  const teacher = await teacherIn(directory);
  const { card } = teacher;
  const members = membersOf(card).map(({ name }) => memberPlace(order, name));
  if (members.length > 0) await readTeacherSources(teacher, await Promise.all(members.map(teacherIn)));
  for (const { file, sha256 } of filesOf(card)) {
    const place = join(directory, file);
    if (!statSync(place).isFile()) throw new Error(`${file} is no file`);
    if (sha256 !== '' && hashFile(place) !== sha256) throw new Error(`${file} is not what its card says`);
  }
  await readCurve(directory);
}

/** Throws what is wrong with its card, its labels or its images. */
async function checkDataset(directory: string): Promise<void> {
  const card = await readDatasetCard(directory);
  await checkDatasetFiles(directory, card);
  for (const { images, count } of Object.values(card.splits)) {
    // Rows have no form of their own, and were just found to be as many as the card says.
    if (images.form !== 'rows') await checkImages(join(directory, images.file), card.shape, count);
  }
}

/** Without unpacking it into memory: a small file may unpack to any size. */
async function checkImages(file: string, shape: DatasetCard['shape'], count: number): Promise<void> {
  const pixels = shape.reduce((product, side) => product * side, count);
  const bad = (what: string): Error => new Error(`${basename(file)} ${what}`);
  let head = Buffer.alloc(0);
  let bytes = 0;
  await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      bytes += chunk.length;
      if (bytes > pixels + HEAD_BYTES) throw bad('unpacks to more than its card says');
    }
  });
  const axes = head[3] ?? 0;
  const start = 4 + 4 * axes;
  if (head[2] !== 0x08 || axes < 3 || axes > 4 || head.length < start) throw bad('is no IDX file of images');
  const sides = Array.from({ length: axes }, (_, axis) => head.readUInt32BE(4 + 4 * axis));
  const wanted = axes === 3 && shape[2] === 1 ? [count, shape[0], shape[1]] : [count, ...shape];
  if (sides.join() !== wanted.join()) throw bad(`has images of ${sides.join(' x ')}, not ${wanted.join(' x ')}`);
  if (bytes !== pixels + start) throw bad('breaks off, or goes on after its images');
}

const HEAD_BYTES = 20;

async function namedFiles({ kind, name }: Unit, directory: string): Promise<readonly string[]> {
  if (kind === 'replays') return [name];
  if (kind === 'teachers') {
    const files = filesOf(await readTeacherCard(directory)).map(({ file }) => file);
    return ['teacher.json', 'curve.json', ...files];
  }
  const { splits } = await readDatasetCard(directory);
  return ['dataset.json', ...Object.values(splits).flatMap(filesOfSplit)];
}

/** Files that nobody reads come along as they would stay at home; that they are there is said. */
function extraFiles({ kind, name, files }: Unit, known: readonly string[]): readonly string[] {
  if (kind === 'replays') return [];
  const others = files.map(({ path }) => insideUnit(path)).filter((file) => !known.includes(file) && !TEXTS.test(file));
  if (others.length === 0) return [];
  return [`The ${WORDS[kind]} "${name}" came with what no part of it is: ${list(others)}.`];
}

const TEXTS = /^(?:licen[cs]e|copying|notice|readme|notes)(?:\.(?:md|txt))?$/i;

/** Names alone would make them speak of what is here. */
function meant(
  named: readonly NamedBy[],
  leftOut: ReadonlySet<string>,
  what: string,
  of: (one: NamedBy) => string | undefined,
): readonly string[] {
  return [...leftOut].flatMap((name) => {
    const who = named.filter((one) => of(one) === name).map((one) => one.who);
    if (who.length === 0) return [];
    const verb = who.length === 1 ? 'was' : 'were';
    return [`${capital(list(who))} ${verb} made with the archive's own ${what} "${name}", not with one that is here.`];
  });
}

const MOST_NAMED = 5;

function list(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMED);
  const more = all.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
