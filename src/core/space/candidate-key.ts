/** One string per candidate: equal candidates have equal keys, in whatever order their levels stand. */
import { WorkbenchError } from '../errors.ts';
import type { Candidate, Configuration, Level } from './space.ts';

/** `resnet{"blocks":2,"width":16}`, names sorted; a number 1 and a string "1" differ. */
export function candidateKey(candidate: Candidate): string {
  return `${candidate.family}${configurationKey(candidate.config)}`;
}

export function configurationKey(config: Configuration): string {
  const names = Object.keys(config).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(config[name])}`).join(',')}}`;
}

/** The inverse, names in the order of the key: canonicalise against the family where their order matters. */
export function parseCandidateKey(key: string): Candidate {
  const start = key.indexOf('{');
  const family = key.slice(0, start);
  const config = start > 0 ? parseRecord(key.slice(start)) : undefined;
  if (config === undefined) {
    throw new WorkbenchError('internal', `"${key}" is not the key of a candidate, such as resnet{"width":16}.`);
  }
  return { family, config };
}

function parseRecord(text: string): Configuration | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, Level] => isLevel(entry[1]));
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
