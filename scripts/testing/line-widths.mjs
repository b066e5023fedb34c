/**
 * Lines that are too wide to be read beside one another: code over 120 columns, comments and pages
 * over 100. Tables are as wide as they are, links cannot be cut, and what a script writes between
 * `prettier-ignore` marks is its own. Python is left out: the peers' recorded games are held to the
 * bytes of their files. Built-ins only.
 *
 *   node scripts/testing/line-widths.mjs     names every such line; exit code 1 where there is one
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Columns, as characters. Prettier is set to the same two. */
export const MOST = Object.freeze({ code: 120, prose: 100 });
const SOURCE = /\.(ts|mts|mjs|js|vue|css|h|cc)$/;
const PAGE = /\.md$/;
/** Data, texts of others' licences, and what a script writes there. */
const LEFT_OUT = /^resources\//;

/**
 * @param {string} path from the root; its ending says what kind of text it is
 * @param {string} text
 * @returns {readonly { line: number, columns: number, most: number }[]} lines from 1 on
 */
export function wideLines(path, text) {
  const isPage = PAGE.test(path);
  if (LEFT_OUT.test(path) || (!isPage && !SOURCE.test(path))) return [];
  const found = [];
  let isWritten = false;
  let isComment = false;
  text.split('\n').forEach((line, at) => {
    if (isPage && line.includes('<!-- prettier-ignore-start -->')) isWritten = true;
    if (isPage && line.includes('<!-- prettier-ignore-end -->')) isWritten = false;
    const isBlock = isComment || /^\s*(\/\*|<!--)/.test(line);
    isComment = isBlock && !/\*\/|-->/.test(line);
    const isProse = isPage || isBlock || /^\s*\/\//.test(line);
    const most = isProse ? MOST.prose : MOST.code;
    const columns = [...line].length;
    if (columns > most && !isWritten && !isTable(line) && !isLink(line, most))
      found.push({ line: at + 1, columns, most });
  });
  return found;
}

const isTable = (line) => /^\s*(\/\/|\*)?\s*\|.*\|$/.test(line);

/** Whether it would fit without an address, or is one link and nothing else. */
const isLink = (line, most) =>
  /^[-*\s]*!?\[[^\]]*\]\([^)]*\)[.,;]?$/.test(line) ||
  (/https?:\/\//.test(line) && [...line.replace(/https?:\/\/[^\s)'"`]+/g, '')].length <= most);

/**
 * Of every file that git tracks under a root.
 * @param {string} root
 * @returns {readonly string[]} `path:line: so many columns, at most so many`
 */
export function wideLinesUnder(root) {
  const paths = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
  return paths
    .filter((path) => (SOURCE.test(path) || PAGE.test(path)) && existsSync(join(root, path)))
    .flatMap((path) =>
      wideLines(path, readFileSync(join(root, path), 'utf8')).map(
        ({ line, columns, most }) => `${path}:${line}: ${columns} columns, at most ${most}`,
      ),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wide = wideLinesUnder(fileURLToPath(new URL('../..', import.meta.url)));
  if (wide.length > 0) {
    process.stdout.write(`${wide.join('\n')}\nBreak these ${wide.length} lines, or say it shorter.\n`);
    process.exitCode = 1;
  }
}
