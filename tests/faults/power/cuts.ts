/**
 * Power cuts after every step of what a workspace does with files: on a disk that loses what was
 * not flushed. What was acknowledged is there at the next start, no row is without its file, and
 * what was under way is there whole or not at all.
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { split, createRng } from '../../../src/core/math/rng.ts';
import { watchDisk } from './losing-disk.ts';
import type { Moment } from './losing-disk.ts';
import { cutAt, hashOf, WORST, writeImage } from './image.ts';
import type { Chance } from './image.ts';
import { backup, restore, salvage } from './copies.ts';
import { files, migration } from './files.ts';
import type { Operation } from './operation.ts';
import { arrival, run } from './runs.ts';

const OPERATIONS: readonly Operation[] = [run, arrival(), backup, restore, salvage, migration, files];

/** Where there is a disk in memory, nobody waits for a real one. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface PowerCuts {
  readonly cuts: number;
  /** Of each operation: the steps after which a cut was tried, the cuts, and those after which
   * something was amiss. */
  readonly operations: Readonly<
    Record<string, { readonly steps: number; readonly cuts: number; readonly losses: number }>
  >;
  /** In words, with the operation, the step and the number by which each can be found again. */
  readonly words: readonly string[];
}

export interface PowerCutOptions {
  readonly cuts: number;
  readonly seed: number;
  readonly only?: readonly string[];
  readonly lost?: (words: string) => void;
  readonly report?: (operation: string, cuts: number) => void;
}

export async function cutPower({ cuts, seed, only, lost, report }: PowerCutOptions): Promise<PowerCuts> {
  const words: string[] = [];
  const operations: Record<string, { steps: number; cuts: number; losses: number }> = {};
  const chosen = OPERATIONS.filter(({ name }) => only?.includes(name) ?? true);
  const parent = realpathSync(mkdtempSync(join(MEMORY, 'trade-power-')));
  try {
    const watched: { operation: Operation; moments: readonly Moment[]; worst: readonly ChosenCut[] }[] = [];
    for (const operation of chosen) {
      const moments = await watchOperation(operation, parent);
      watched.push({ operation, moments, worst: worstCuts(moments) });
    }
    const all = watched.reduce((sum, { worst }) => sum + worst.length, 0);
    let made = 0;
    let passed = 0;
    for (const { operation, moments, worst } of watched) {
      passed += worst.length;
      const wanted = Math.round((cuts * passed) / all) - made;
      const { name } = operation;
      const tally = (operations[name] = { steps: moments.length, cuts: 0, losses: 0 });
      for (const { moment, place, chance, kind } of chosenCuts(moments, worst, wanted, split(seed, made))) {
        const image = join(parent, `image-${made}`);
        const lose = (what: string): void => {
          const told = `${name}, step ${place} (${moment.step}), ${kind}: ${what}`;
          words.push(told);
          lost?.(told);
        };
        const before = words.length;
        writeImage(cutAt(moment, chance), image);
        try {
          await operation.look(image, moment.acknowledged, lose);
        } catch (error) {
          lose(error instanceof Error ? `${error.message}${String(error.stack).split('\n')[1] ?? ''}` : String(error));
        }
        rmSync(image, { recursive: true, force: true });
        made += 1;
        tally.cuts += 1;
        if (words.length > before) tally.losses += 1;
      }
      report?.(name, made);
    }
    return { cuts: made, operations, words };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

async function watchOperation(operation: Operation, parent: string): Promise<readonly Moment[]> {
  const disk = join(parent, operation.name);
  const moments = await watchDisk(disk, await operation.prepare(disk));
  rmSync(disk, { recursive: true, force: true });
  return moments;
}

interface ChosenCut {
  readonly moment: Moment;
  readonly place: number;
  readonly chance: Chance;
  readonly kind: string;
}

/** At each moment; no two of them leave the same. */
function worstCuts(moments: readonly Moment[]): readonly ChosenCut[] {
  const seen = new Set<string>();
  return WORST.flatMap((chance) =>
    moments.flatMap((moment, place) => (isNew(seen, moment, chance) ? [{ moment, place, chance, kind: chance }] : [])),
  );
}

function isNew(seen: Set<string>, moment: Moment, chance: Chance): boolean {
  const hash = `${hashOf(cutAt(moment, chance))} ${moment.acknowledged.join()}`;
  if (seen.has(hash)) return false;
  seen.add(hash);
  return true;
}

/** The worst of acknowledgements, then the worst of other moments, in an order that the seed
 * decides; then by chance. */
function* chosenCuts(
  moments: readonly Moment[],
  worst: readonly ChosenCut[],
  wanted: number,
  seed: number,
): Generator<ChosenCut> {
  const mixed = createRng(seed).shuffle(worst);
  const isFirst = ({ moment }: ChosenCut): boolean => moment.step.startsWith('acknowledged ');
  yield* [...mixed.filter(isFirst), ...mixed.filter((one) => !isFirst(one))].slice(0, wanted);
  const seen = new Set<string>();
  let left = wanted - worst.length;
  for (let number = 0; left > 0 && number < 20 * wanted; number += 1) {
    const place = createRng(split(seed, number)).int(moments.length);
    const moment = moments[place];
    const again = (): Chance => createRng(split(seed + 1, number));
    if (moment === undefined || !isNew(seen, moment, again())) continue;
    left -= 1;
    yield { moment, place, chance: again(), kind: `chance ${number}` };
  }
}
