/** A data set folder of windows of steps, as a stranger may write one whose hashes are right:
 * skills above a byte, right where the skill is even, four answers of each pupil. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { columnContent } from '../../src/core/columns.ts';
import { createRng } from '../../src/core/math/rng.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { laidOut, putStep } from '../../src/core/sequences/steps.ts';
import { idxBytes } from '../compute/support/tiny-dataset.ts';

export const STEPS = { steps: 4, train: 96, val: 32, test: 32, skills: 300 } as const;
const ANSWERS = 4;

export const LAID_OUT = laidOut([
  { name: 'skill', title: 'Skill', values: STEPS.skills },
  { name: 'correct', title: 'Answer', values: 3 },
]);

/** What a stranger changes before files are hashed. */
export interface Changes {
  readonly windows?: (windows: Uint8Array) => void;
  readonly groups?: (groups: number[]) => void;
  readonly positions?: (positions: number[]) => void;
  readonly card?: Partial<DatasetCard>;
}

/** Of the training split, `changes` are made. */
export function writeTinySteps(directory: string, changes: Changes = {}): string {
  mkdirSync(directory, { recursive: true });
  const write = (file: string, content: Uint8Array) => {
    const packed = gzipSync(content);
    writeFileSync(join(directory, file), packed);
    return { file, bytes: packed.length, sha256: createHash('sha256').update(packed).digest('hex') };
  };
  const shape = [STEPS.steps, 1, LAID_OUT.bytes] as const;
  let pupils = 0;
  const splits = (['train', 'val', 'test'] as const).map((name, index) => {
    const count = STEPS[name];
    const { windows, labels } = windowsOf(count, index + 1);
    const groups = Array.from({ length: count }, (_, example) => pupils + Math.floor(example / ANSWERS));
    const positions = Array.from({ length: count }, (_, example) => 2 + (example % ANSWERS));
    pupils += count / ANSWERS;
    if (name === 'train') {
      changes.windows?.(windows);
      changes.groups?.(groups);
      changes.positions?.(positions);
    }
    const images = write(`${name}-images.gz`, idxBytes([count, ...shape], windows));
    const columns = {
      group: write(`${name}-group.gz`, columnContent(groups)),
      position: write(`${name}-position.gz`, columnContent(positions)),
    };
    return [name, { count, images, labels: write(`${name}-labels.gz`, idxBytes([count], labels)), columns }] as const;
  });
  const card = {
    ...{ id: 'steps', title: 'Steps', licence: 'ours', shape, classes: ['wrong', 'right'], example: LAID_OUT.form },
    splits: Object.fromEntries(splits),
    groups: Array.from({ length: pupils }, (_, pupil) => `pupil ${pupil}`),
    ...changes.card,
  };
  writeFileSync(join(directory, 'dataset.json'), JSON.stringify(card));
  return directory;
}

function windowsOf(count: number, seed: number): { readonly windows: Uint8Array; readonly labels: Uint8Array } {
  const rng = createRng(seed);
  const windows = new Uint8Array(count * STEPS.steps * LAID_OUT.bytes);
  const [skill, correct] = LAID_OUT.form.modalities;
  const labels = Uint8Array.from({ length: count }, (_, example) => {
    let right = 0;
    for (let step = 0; step < STEPS.steps; step += 1) {
      const at = (example * STEPS.steps + step) * LAID_OUT.bytes;
      const value = 1 + rng.int(STEPS.skills - 1);
      right = value % 2 === 0 ? 1 : 0;
      if (skill) putStep(windows, at, skill, value);
      if (correct && step < STEPS.steps - 1) putStep(windows, at, correct, 1 + right);
    }
    return right;
  });
  return { windows, labels };
}
