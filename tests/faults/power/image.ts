/** What a power cut leaves of a disk that was watched: nothing but what was flushed, or, by chance,
 * more of it. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '../../../src/core/math/rng.ts';
import type { Key, Moment, Names, Pair } from './losing-disk.ts';

/**
 * Of bytes nothing but what was flushed, and of names that were not flushed none (`least`), all
 * (`names`), those that came or changed (`back`: what was removed is there again), or those that
 * went (`gone`).
 */
export const WORST = ['least', 'names', 'back', 'gone'] as const;
export type Chance = (typeof WORST)[number] | Rng;

/** Files of a disk by their paths; folders end with `/`. */
export type Image = ReadonlyMap<string, Buffer>;

/** What a power cut leaves, by chance; the same for the same generator. */
export function cutAt(moment: Moment, chance: Chance): Image {
  const names = chosenNames(moment, chance);
  const bytes = chosenBytes(moment, chance);
  const image = new Map<string, Buffer>();
  const visit = (folder: Key, path: string): void => {
    for (const [name, key] of names.get(folder) ?? []) {
      if (!moment.folders.has(key)) {
        image.set(path + name, bytes(key));
        continue;
      }
      image.set(`${path}${name}/`, Buffer.alloc(0));
      visit(key, `${path}${name}/`);
    }
  };
  visit(moment.live.root, '');
  return image;
}

function chosenNames(moment: Moment, chance: Chance): Map<Key, Map<string, Key>> {
  const { kept, pending } = moment;
  const chosen = new Map([...kept.folders].map(([folder, names]) => [folder, new Map(names)]));
  for (const [folder, changes] of pending) {
    const names = chosen.get(folder) ?? new Map<string, Key>();
    chosen.set(folder, names);
    for (const [name, values] of changes) {
      const place = typeof chance === 'string' ? values.length - 1 : chance.int(values.length + 1) - 1;
      const value = values[place];
      const isGone = value === undefined;
      if (place < 0 || chance === 'least' || chance === (isGone ? 'back' : 'gone')) continue;
      if (isGone) names.delete(name);
      else names.set(name, value);
    }
  }
  mendRenames(moment, chosen);
  return chosen;
}

/**
 * In one folder a file has one name. One that still lives, and not under the name that it has now,
 * is under the names that the disk was sure to have: nothing is lost between two names. A folder
 * has one name at all.
 */
function mendRenames({ live, kept, folders }: Moment, chosen: Map<Key, Map<string, Key>>): void {
  for (const [folder, names] of chosen) {
    const seen = new Map<Key, string>();
    for (const [name, key] of names) {
      const other = seen.get(key);
      if (other !== undefined) names.delete(live.folders.get(folder)?.get(name) === key ? other : name);
      seen.set(key, name);
    }
  }
  const places = placesOf(chosen);
  const now = placesOf(live.folders);
  for (const [key, before] of placesOf(kept.folders)) {
    const lives = now.get(key);
    if (lives === undefined || lives.some((one) => isAmong(one, places.get(key)))) continue;
    for (const { folder, name } of before) {
      const names = chosen.get(folder);
      if (names !== undefined && !names.has(name)) names.set(name, key);
    }
  }
  for (const [key, all] of placesOf(chosen)) {
    if (!folders.has(key) || all.length < 2) continue;
    const stays = all.find((one) => isAmong(one, now.get(key))) ?? all[0];
    for (const one of all) if (one !== stays) chosen.get(one.folder)?.delete(one.name);
  }
}

interface Place {
  readonly folder: Key;
  readonly name: string;
}

function placesOf(folders: ReadonlyMap<Key, Names>): ReadonlyMap<Key, readonly Place[]> {
  const places = new Map<Key, Place[]>();
  for (const [folder, names] of folders) {
    for (const [name, key] of names) places.set(key, [...(places.get(key) ?? []), { folder, name }]);
  }
  return places;
}

const isAmong = (one: Place, places: readonly Place[] = []): boolean =>
  places.some(({ folder, name }) => folder === one.folder && name === one.name);

function chosenBytes({ live, kept, databases }: Moment, chance: Chance): (key: Key) => Buffer {
  const ofDatabases = new Map<Key, Buffer>();
  for (const candidates of databases) {
    const [first] = candidates;
    const pair = typeof chance === 'string' ? first : candidates[chance.int(candidates.length)];
    for (const [key, bytes] of pair ?? []) ofDatabases.set(key, bytes);
    if (first !== undefined && typeof chance !== 'string') tearLog(first, candidates, ofDatabases, chance);
  }
  return (key) => {
    const known = ofDatabases.get(key);
    if (known !== undefined) return known;
    const [old, now] = [kept.bytes.get(key), live.bytes.get(key)];
    if (now === undefined || (old !== undefined && old.equals(now))) return old ?? Buffer.alloc(0);
    if (typeof chance === 'string') return old ?? Buffer.alloc(0);
    const torn = Buffer.alloc(now.length);
    now.copy(torn, 0, 0, chance.int(now.length + 1));
    return [old ?? Buffer.alloc(0), now, torn, now.subarray(0, chance.int(now.length + 1))][chance.int(4)] ?? now;
  };
}

/** The end of the log that was not flushed may be there in part: where the log has only grown
 * since. */
function tearLog(first: Pair, candidates: readonly Pair[], chosen: Map<Key, Buffer>, rng: Rng): void {
  const last = candidates.at(-1);
  for (const [key, bytes] of last ?? []) {
    const old = first.get(key);
    const others = [...(last ?? [])].filter(([other]) => other !== key);
    const isLog = others.length === 1 && others.every(([other, content]) => first.get(other)?.equals(content) === true);
    if (!isLog || old === undefined || bytes.length <= old.length) continue;
    if (!bytes.subarray(0, old.length).equals(old) || rng.uniform() < 0.5) continue;
    chosen.set(key, bytes.subarray(0, old.length + rng.int(bytes.length - old.length + 1)));
  }
}

export function hashOf(image: Image): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of [...image].sort(([left], [right]) => (left < right ? -1 : 1))) {
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** `folder` is not there yet. */
export function writeImage(image: Image, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of image) {
    if (path.endsWith('/')) mkdirSync(join(folder, path), { recursive: true });
    else writeFileSync(join(folder, path), bytes);
  }
}
