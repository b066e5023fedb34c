/** The live claim's protocol: what is trained, what is measured, what is tested. It and the code
 * are hashed and written down before the first trial. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalid, WorkbenchError } from '../../src/core/errors.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import type { SpaceKind } from '../../src/core/records/space-kind.ts';
import { isStrategyId } from '../../src/core/strategies/registry.ts';
import { appendRow, readRecord } from '../study/record.ts';
import { TABLE_FAMILIES } from '../record-table/students.ts';

/** Who the chosen is held against: better than these two, as good as the third. */
export const RIVALS = ['evolution', 'random'] as const;
export const EQUAL = 'gp-ehvi';

interface Fixed {
  readonly epochs: number;
  /** Params and MACs of a student at most. Where MACs were free, searches spent their trainings on
   * students of five million: 39 hours of one core. */
  readonly params: number;
  readonly macs: number;
  /** Fresh trainings of every student on a front, looked at on the test images once. */
  readonly fresh: number;
  /** Limits of params over which gaps are meant. */
  readonly limits: number;
  /** Within so much (a fraction: .15 points) the chosen counts as level with the global process. */
  readonly margin: number;
  readonly level: number;
}

/** Fixed on 2026-12-01; a change here is another study. */
const FIXED: Fixed = {
  ...{ epochs: 6, params: 100_000, macs: 1_000_000 },
  ...{ fresh: 2, limits: 30, margin: 0.0015, level: 0.05 },
};

export interface Protocol {
  /** Claimed to be better. */
  readonly chosen: string;
  readonly players: readonly string[];
  readonly seeds: number;
  /** Trainings of a search, and those after which its front is measured. */
  readonly trials: number;
  readonly readings: readonly number[];
  readonly families: readonly string[];
  readonly space: SpaceKind;
  readonly recipe: Recipe;
  readonly fixed: Fixed;
}

export interface ProtocolOptions {
  readonly chosen: string;
  readonly seeds: number;
  readonly trials: number;
  readonly space: string;
}

const DEFAULT_READING = 24;

/** Throws `config.invalid` for what it cannot be. */
export function protocolOf({ chosen, seeds, trials, space }: ProtocolOptions): Protocol {
  if (!isStrategyId(chosen)) throw invalid('chosen', `there is no strategy "${chosen}".`);
  if ([...RIVALS, EQUAL].some((other) => other === chosen))
    throw invalid('chosen', `${chosen} is one of those that it is held against.`);
  if (space !== 'compact' && space !== 'wide') throw invalid('space', 'choose compact or wide.');
  for (const [name, count] of Object.entries({ seeds, trials }))
    if (!Number.isInteger(count) || count < 1) throw invalid(name, 'give a whole number from 1.');
  return {
    ...{ chosen, players: [chosen, EQUAL, ...RIVALS], seeds, trials },
    readings: trials > DEFAULT_READING ? [DEFAULT_READING, trials] : [trials],
    families: TABLE_FAMILIES,
    space: space === 'wide' ? { kind: 'wide', scale: FIXED.params } : { kind: 'compact' },
    recipe: imageRecipe({ epochs: FIXED.epochs }),
    fixed: FIXED,
  };
}

/** The first line of a study's record. */
export interface Header {
  readonly id: 'protocol';
  readonly protocol: Protocol;
  /** Hash of `protocol`, data, teacher and code. */
  readonly hash: string;
  readonly date: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** All that plays, trains and analyses. */
const CODE = ['src/core', 'src/compute', 'scripts/claim-live', 'scripts/claim-live.ts', 'scripts/study'];

/** Of every file under these, by path and content. */
export function codeFingerprint(places: readonly string[] = CODE, root = ROOT): string {
  const hash = createHash('sha256');
  for (const place of places)
    for (const file of filesUnder(root, place)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesUnder(root: string, place: string): readonly string[] {
  if (place.endsWith('.ts')) return [place];
  return readdirSync(join(root, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

/** `parts`: fingerprints of data, teacher and code. */
export const hashOf = (protocol: Protocol, parts: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([protocol, ...parts]))
    .digest('hex')
    .slice(0, 16);

/** Writes the header before anything else, or holds it against the one that is there. Throws
 * `config.invalid` where protocol, data, teacher or code are others. */
export function freeze(file: string, protocol: Protocol, hash: string, date: string): Header {
  const known = readHeader(file);
  if (known === undefined) {
    const header: Header = { id: 'protocol', protocol, hash, date };
    appendRow(file, header);
    return header;
  }
  if (known.hash === hash) return known;
  const same = JSON.stringify(known.protocol) === JSON.stringify(protocol);
  const what = same ? 'the code, the data or the teacher changed' : 'its protocol is another one';
  throw new WorkbenchError(
    'config.invalid',
    `${file} was begun under ${known.hash}, and this is ${hash}: ${what}. Go on with what it was begun with, or ` +
      'begin anew in another folder.',
    { file, field: 'protocol' },
  );
}

export const readHeader = (file: string): Header | undefined =>
  readRecord<Header>(file).find(({ id }) => id === 'protocol');
