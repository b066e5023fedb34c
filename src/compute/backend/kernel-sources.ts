/** The sources of our own kernels where they lie beside the program, as in a checkout: what a build
 * of them should have. An installed program has builds of its own and no sources. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KernelSources {
  /** As set-up says it to what it compiles (`contentHash` of `scripts/setup/files.mjs`). */
  readonly hash: string;
  /** What each op takes and gives, as a build tells it. */
  readonly ops: readonly string[];
}

const FOLDER = join(import.meta.dirname, '../native');
/** A call of `Register`, with its lists in braces. */
const REGISTERED = /Register<\w+>\(\s*"(\w+)",\s*(\{[^}]*\}),\s*(\{[^}]*\})(?:,\s*(\{[^}]*\}))?\s*\);/g;
const LITERAL = /"([^"]*)"/g;

/** Undefined where there are none. */
export function kernelSources(folder = FOLDER): KernelSources | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return undefined;
  }
  if (!names.some((name) => name.endsWith('.cc'))) return undefined;
  const hash = createHash('sha256');
  const ops: string[] = [];
  for (const name of names) {
    const text = readFileSync(join(folder, name));
    hash.update(`${name}\0`).update(text).update('\0');
    ops.push(...opsIn(text.toString('utf8')));
  }
  return { hash: hash.digest('hex'), ops };
}

const opsIn = (text: string): readonly string[] =>
  [...text.matchAll(REGISTERED)].map(([, name = '', ...lists]) => name + lists.map(inBraces).join(''));

const inBraces = (list = ''): string => `{${[...list.matchAll(LITERAL)].map(([, literal]) => literal).join(', ')}}`;
