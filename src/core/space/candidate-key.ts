/** One string per candidate: equal candidates have equal keys, in whatever order their levels
 * stand. */
import type { Candidate, Configuration, Level } from './space.ts';

/** `resnet{"blocks":2,"width":16}`, names sorted; a number 1 and a string "1" differ. */
export function candidateKey(candidate: Candidate): string {
  return `${candidate.family}${configurationKey(candidate.config)}`;
}

export function configurationKey(config: Configuration): string {
  let text = '{';
  for (const { name, label } of layoutOf(Object.keys(config))) text += label + levelText(config[name]);
  return `${text}}`;
}

/** As JSON has it. */
const levelText = (level: Level | undefined): string =>
  typeof level === 'number' && Number.isFinite(level) ? `${level}` : JSON.stringify(level);

/** What stands before the levels of configurations that have the same names in the same order: a
 * key is asked for often. */
interface KeyLayout {
  readonly names: readonly string[];
  /** By name: `{"blocks":` is written by the first, `,"width":` by another. */
  readonly parts: readonly { readonly name: string; readonly label: string }[];
}

/** Layouts kept, the one found last in front. */
const LAYOUTS = 16;
const layouts: KeyLayout[] = [];

function layoutOf(names: readonly string[]): KeyLayout['parts'] {
  const known = layouts.findIndex((layout) => isSame(layout.names, names));
  const layout = layouts[known] ?? {
    names,
    parts: names.toSorted().map((name, i) => ({ name, label: `${i === 0 ? '' : ','}${JSON.stringify(name)}:` })),
  };
  if (known !== 0) {
    if (known > 0) layouts.splice(known, 1);
    layouts.unshift(layout);
    layouts.length = Math.min(layouts.length, LAYOUTS);
  }
  return layout.parts;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);
