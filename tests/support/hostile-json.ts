/** Trees of JSON with something in them that no program of ours writes; everything follows from a
 * seed. */
import { createRng } from '../../src/core/math/rng.ts';

export const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 0.5, -0.5, 2, 3, 7, 17, 40, 255, 256, 1e3, 1e6, 2 ** 31, 2 ** 32, 2 ** 53],
  ...[2 ** 53 + 2, -(2 ** 53), 2 ** 63, 1e19, 1e100, 1e308, -1e308, 5e-324, 1.5],
  ...['', ' ', 'a', 'abc', 'NaN', "'NaN", 'Infinity', '-Infinity', '-0', '1', '1e5', 'null', 'true'],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'length', 'valueOf'],
  ...['../../etc/passwd', '..', '.', '/etc', 'C:\\', 'con', 'a/b', 'a\\b', 'x.', '%2e%2e', '\0', 'a\0b'],
  ...['\u001b[31mred\u001b[0m', '\u001b]0;title\u0007', 'a\nb', '\r', '\u2028', '\u202eabc', '💥', '\ud800', '=1+1'],
  ...['<script>alert(1)</script>', "'; DROP TABLE run; --", '2026-01-01', 'now', '9999-99-99T99:99:99Z'],
  ...[
    'resnet',
    'vit',
    'trade',
    'random',
    'listed',
    'finished',
    'running',
    'asked',
    'told',
    'accuracy',
    'fashion-mnist',
  ],
  ...[[], {}, [[]], [1], { a: 1 }, { length: 1e9 }, [null], { type: 'asked' }],
  ...['a'.repeat(200), 'a'.repeat(5000)],
];

const KEYS = [
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length', 'a', '', 'accuracy', 'params', 'latencyMs'],
  ...['reward', 'trial', 'type', 'proposals', 'candidate', 'config', 'why', 'warmStart', 'position', '\u001b[31m'],
];

export class Chance {
  private readonly rng;

  constructor(seed: number) {
    this.rng = createRng(seed);
  }

  below(end: number): number {
    return Math.min(end - 1, Math.floor(this.rng.uniform() * end));
  }

  of<T>(all: readonly T[]): T {
    // Sound: no list here is empty.
    return all[this.below(all.length)] as T;
  }

  in(share: number): boolean {
    return this.rng.uniform() < share;
  }
}

export type Json = unknown;
export type Tree = Record<string, Json> | Json[];
export const isTree = (value: Json): value is Tree => typeof value === 'object' && value !== null;

/** A value out of place somewhere in a tree; the tree itself is changed. */
export function spoil(tree: Tree, chance: Chance): string {
  let at: Tree = tree;
  const path: string[] = [];
  for (;;) {
    const keys = Object.keys(at);
    if (keys.length === 0 || chance.in(0.06)) {
      const key = chance.of(KEYS);
      define(at, key, chance.of(VALUES));
      return `${[...path, key].join('.')} added`;
    }
    const key = chance.of(keys);
    path.push(key);
    const inner: Json = Reflect.get(at, key);
    if (isTree(inner) && !chance.in(0.25)) {
      at = inner;
      continue;
    }
    return `${path.join('.')} ${spoilAt(at, key, inner, chance)}`;
  }
}

function spoilAt(at: Tree, key: string, inner: Json, chance: Chance): string {
  const how = chance.below(10);
  if (how === 0) {
    if (Array.isArray(at)) at.splice(Number(key), 1);
    else Reflect.deleteProperty(at, key);
    return 'removed';
  }
  if (how === 1 && Array.isArray(inner)) {
    inner.push(...(inner.length > 0 && chance.in(0.5) ? [inner[0] as Json] : [chance.of(VALUES)]));
    return 'longer';
  }
  if (how === 2 && typeof inner === 'number') {
    define(at, key, inner * chance.of([-1, 2, 0.5, 10, 1e3]) + chance.of([0, 1, -1]));
    return 'another number';
  }
  if (how === 3 && typeof inner === 'number') {
    define(at, key, chance.of(['NaN', 'Infinity', '-Infinity', '-0']));
    return 'no number';
  }
  if (how === 4 && chance.in(0.1)) {
    define(at, key, 'x'.repeat(1_000_000));
    return 'a million letters';
  }
  define(at, key, chance.of(VALUES));
  return 'another value';
}

/** As JSON.parse does it: an own property whatever its name. */
function define(at: Tree, key: string, value: Json): void {
  // The length of a list is no property that JSON could give it.
  if (Array.isArray(at) && key === 'length') return;
  const copy: Json = isTree(value) ? JSON.parse(JSON.stringify(value)) : value;
  Object.defineProperty(at, key, { value: copy, enumerable: true, configurable: true, writable: true });
}

/** Undefined where it is none. */
export function asTree(text: unknown): Tree | undefined {
  try {
    const tree = JSON.parse(String(text)) as Json; // looked at on the next line
    return isTree(tree) ? tree : undefined;
  } catch {
    // Another deed spoiled it before.
    return undefined;
  }
}
