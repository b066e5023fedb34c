/**
 * How many files of `src` a thing of each kind takes, counted from one that is there: every file
 * whose code names it, and those of its own. Not counted are tests, the gallery and what merely
 * uses the thing (a family uses an op). CONTRIBUTING.md has the table, and a test compares it.
 * Commits are not counted: most of the first ones brought several things of a kind at once.
 *
 *   node scripts/testing/recipe-files.mjs [--write]     prints the table; --write: into CONTRIBUTING.md
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `word`: by which code names the example; `own`: files that are all its own; `users`: left out. */
const KINDS = Object.freeze([
  { kind: 'a student family', example: 'coatnet', word: /coatnet/i },
  { kind: 'an op', example: 'channelShuffle', word: /\bchannelShuffle\b/, users: /families\/|graph-builder/ },
  { kind: 'a strategy', example: 'nsga2', word: /\bnsga2\b/ },
  { kind: 'a distillation loss', example: 'fitnet', word: /\bfitnet\b|losses\/hints/, own: /losses\/hints\.ts/ },
  {
    ...{ kind: 'a bridge method', example: 'unfinishedTeachers' },
    ...{ word: /\bunfinishedTeachers?(Schema)?\b/i, users: /renderer\/(library|views)\// },
  },
  { kind: 'a command', example: 'student.pin', word: /'student\.pin'/ },
  { kind: 'a view', example: 'all-front', word: /'all-front'/, own: /views\/AllFrontView\.vue/ },
]);
const LEFT_OUT = /^src\/renderer\/gallery\//;
const START = '<!-- files: scripts/testing/recipe-files.mjs -->';

/**
 * @param {string} root of a checkout
 * @returns {readonly { kind: string, example: string, files: readonly string[] }[]} paths from the root
 */
export function recipeFiles(root) {
  const paths = execFileSync('git', ['ls-files', 'src'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => /\.(ts|vue)$/.test(path) && !LEFT_OUT.test(path));
  const code = new Map(paths.map((path) => [path, withoutComments(readFileSync(join(root, path), 'utf8'))]));
  return KINDS.map(({ kind, example, word, own, users }) => ({
    kind,
    example,
    files: paths.filter((path) => !users?.test(path) && (own?.test(path) || word.test(code.get(path) ?? ''))),
  }));
}

/** A text with the table in the place of the one that it has. Throws where it has none. */
export function withRecipeTable(text, recipes) {
  const from = text.indexOf(START);
  const to = text.indexOf('\n\n', from + START.length + 2);
  if (from < 0 || to < 0) throw new Error(`There is no table behind ${START}.`);
  return `${text.slice(0, from)}${START}\n\n${tableOf(recipes)}${text.slice(to)}`;
}

function tableOf(recipes) {
  const rows = [['kind', 'files', 'counted from'], [], ...recipes.map(rowOf)];
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row) => `| ${widths.map((wide, at) => row[at]?.padEnd(wide) ?? '-'.repeat(wide)).join(' | ')} |`;
  return rows.map(line).join('\n');
}

const rowOf = ({ kind, example, files }) => [kind, String(files.length), `\`${example}\``];
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|^\s*\/\/.*$/gm, '');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const recipes = recipeFiles(root);
  for (const { kind, files } of recipes) process.stdout.write(`${kind}: ${files.length}\n  ${files.join('\n  ')}\n`);
  const page = join(root, 'CONTRIBUTING.md');
  if (process.argv.includes('--write')) writeFileSync(page, withRecipeTable(readFileSync(page, 'utf8'), recipes));
}
