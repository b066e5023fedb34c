/**
 * Which unit tests a check has to run: those that see what changed since the last check that
 * passed. Where that cannot be told, all. Built-ins only.
 */
import { execFileSync } from 'node:child_process';

/** What a test sees by importing it; anything else (tables, fixtures, settings) may be read by any
 * test. */
const IMPORTED = /^(src|tests|scripts|benchmarks)\/.*\.(ts|vue|mjs)$/;
/** No test reads these. */
const UNREAD = /^(docs\/screenshots\/|.*\.md$)/;

/**
 * @param {{ root: string, passed?: string }} options `passed`: the commit at which everything that
 * is in it was checked
 * @returns {readonly string[]} arguments for vitest
 */
export function unitArguments({ root, passed }) {
  const changed = passed === undefined ? undefined : changedSince(root, passed);
  if (changed === undefined || changed.some((path) => !IMPORTED.test(path) && !UNREAD.test(path))) return [];
  return ['--changed', passed, '--passWithNoTests'];
}

/** The commit that a passed check stands for: what is not committed yet may change again. */
export function commitOf(root) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return git('status', '--porcelain') === '' ? git('rev-parse', 'HEAD') : undefined;
  } catch {
    return undefined;
  }
}

/** Paths from the root, also of files that git does not know yet; undefined where the commit is not
 * one of ours any more. */
function changedSince(root, commit) {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    git('merge-base', '--is-ancestor', commit, 'HEAD');
    const paths = `${git('diff', '--name-only', commit)}${git('ls-files', '--others', '--exclude-standard')}`;
    return paths.split('\n').filter((path) => path !== '');
  } catch {
    return undefined;
  }
}
