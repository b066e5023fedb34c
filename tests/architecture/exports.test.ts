/** An export that only tests read makes a file look wider than it is, and keeps dead code alive:
 * nobody dares to remove it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unreadExports } from '../../scripts/testing/unread-exports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = ['src', 'scripts', 'benchmarks'];
/** Loaded by a path that is put together (`scripts/setup/kernels-measure.mjs`). */
const LOADED = ['measureKernels', 'measureTensorFlow'].map((name) => `src/compute/backend/measure-kernels.ts: ${name}`);

describe('an exported value', () => {
  it('is read by another file of the program, or stands in the entry `testing`', { timeout: 60_000 }, () => {
    const paths = PROGRAM.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
        .filter((path) => /\.(ts|vue|mjs)$/.test(path) && !path.includes('node_modules/')),
    );
    const program = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
    const found = unreadExports(program).filter((one) => !LOADED.includes(one));
    expect(found, 'take the `export` away, or give tests the value by `export const testing`').toEqual([]);
  });

  it('is found where nobody, or its own file alone, reads it', () => {
    const files = {
      'src/a.ts': 'export const used = 1; export function own() {} own(); export class Dead {} export type T = 1;',
      'src/b.vue': `<script setup lang="ts">import { used as mine } from './a.ts';</script><template/>`,
      'src/whole.ts': 'export const some = 1; export const testing = { some };',
      'src/late.ts': 'export const late = 1;',
      'scripts/x.mjs': `import * as whole from '../src/whole.ts'; await import('../src/late.ts');`,
    };
    expect(unreadExports(new Map(Object.entries(files)))).toEqual(['src/a.ts: own', 'src/a.ts: Dead']);
    const alone = { 'src/c.ts': 'export const testing = {}; export const x = 1;' };
    expect(unreadExports(new Map(Object.entries(alone)))).toEqual(['src/c.ts: x']);
  });
});
