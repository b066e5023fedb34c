/** Photographs of 224 pixels, a teacher of the program, students of it and an ONNX file, by four
 * commands with the real trainer: a batch that does not fit, or a stem that does not, ends one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realTrade } from './command-line.ts';

const CLASSES = 3;
const EACH = 16;
const folder = mkdtempSync(join(tmpdir(), 'photographs '));
const workspace = join(folder, 'workspace');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stripes whose direction is the class. */
beforeAll(async () => {
  for (let index = 0; index < CLASSES * EACH; index += 1) {
    const label = index % CLASSES;
    const [width, height] = [240 + index, 300 - index];
    const angle = (Math.PI * label) / CLASSES;
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, place) => {
      const [x, y] = [Math.floor(place / 3) % width, Math.floor(place / 3 / width)];
      return 128 + 90 * Math.sin(0.15 * (x * Math.cos(angle) + y * Math.sin(angle)) + index) + ((place * 7919) % 31);
    });
    const image = sharp(pixels, { raw: { width, height, channels: 3 } });
    mkdirSync(join(folder, 'photos', `class ${label}`), { recursive: true });
    await image.jpeg().toFile(join(folder, 'photos', `class ${label}`, `${index}.jpg`));
  }
});

async function last(...args: string[]): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { code, stderr, json } = await realTrade(...args, '--workspace', workspace, '--json');
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return json().at(-1);
}

it('go from a folder to students and a file of one', async () => {
  const made = await last('datasets', 'import', join(folder, 'photos'), '--name', 'photos', '--size', '224');
  expect(made).toMatchObject({ dataset: { shape: [224, 224, 3], splits: { train: 36, validation: 6, test: 6 } } });
  const teacher = await last('teachers', 'train', '--dataset', 'photos', '--name', 'stripes', '--epochs', '1');
  expect(teacher).toMatchObject({ teacher: { name: 'stripes' } });
  const config = join(folder, 'search.json');
  const search = {
    ...{ name: 'photos', dataset: 'photos', teacher: 'stripes', families: ['resnet', 'mobilenet-v3', 'coatnet'] },
    ...{ budget: { trials: 3 }, recipe: { epochs: 1, batchSize: 16 }, slots: 1, strategy: { id: 'random' } },
  };
  writeFileSync(config, JSON.stringify(search));
  const end = await last('search', config);
  expect(end).toMatchObject({ run: { state: 'finished', trials: 3, failed: 0 } });
  const { id } = (end?.['run'] ?? {}) as { readonly id?: string }; // as the line before says
  const file = join(folder, 'student.onnx');
  expect(await last('export', `${id}/1`, '--out', file)).toMatchObject({ file });
}, 280_000);
