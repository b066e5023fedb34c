/**
 * `npm run check`: types, import and folder law, lint, widths of lines, format and unit tests, two
 * at a time. Of the unit tests those run that see what changed since the last check that passed, so
 * that it is quick enough before every commit; `all` runs every one, and the tests that start
 * processes, which run when they are named, too. Caches lie in `.cache/`.
 *
 *   npm run check [-- all] [-- types|imports|lint|widths|format|unit|processes ...]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readJson, writeJson } from './setup/files.mjs';
import { checkoutCache, node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';
import { commitOf, unitArguments } from './testing/changed-tests.mjs';

const AT_ONCE = 2;
const TESTED = ['unit', 'processes'];
/** `{ commit }`: everything that is in it has passed. */
const PASSED = join(checkoutCache(root), 'check.json');
const asked = process.argv.slice(2).filter((name) => name !== 'all');
const isAll = asked.length < process.argv.length - 2;
const since = isAll ? [] : unitArguments({ root, passed: readJson(PASSED)?.commit });
const tool = (path, ...args) => [join(root, 'node_modules', path), ...args];

/** Each check is a list of programs that run one after the other until one fails. */
const CHECKS = Object.freeze({
  types: [
    tool('typescript/bin/tsc', '--build'),
    tool('vue-tsc/bin/vue-tsc.js', '--build', 'src/renderer'),
    tool('typescript/bin/tsc', '--project', 'tests'),
  ],
  unit: [tests('unit')],
  lint: [tool('eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', '.cache/eslint/')],
  widths: [[join(root, 'scripts/testing/line-widths.mjs')]],
  imports: [
    tool(
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      'src',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'err-long',
    ),
    [join(root, 'scripts/folder-law.mjs')],
  ],
  processes: [tests('processes')],
  format: [tool('prettier/bin/prettier.cjs', '--check', '.', '--cache', '--cache-location', '.cache/prettier')],
});

const whole = Object.keys(CHECKS).filter((name) => isAll || name !== 'processes');
const chosen = asked.length > 0 ? asked : whole;
const unknown = chosen.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  process.stderr.write(
    `npm run check: no check is called ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}.\n`,
  );
  process.exit(2);
}
await setUpOrExit({ only: ['packages', 'node'] });

const started = performance.now();
const waiting = [...chosen];
const failed = [];
await Promise.all(Array.from({ length: AT_ONCE }, work));
const total = seconds(started);
const commit = commitOf(root);
if (failed.length === 0 && asked.length === 0 && commit !== undefined) writeJson(PASSED, { commit });
process.stdout.write(
  failed.length > 0 ? `Failed after ${total}: ${failed.join(', ')}\n` : `All checks passed in ${total}\n`,
);
process.exit(failed.length > 0 ? 1 : 0);

function tests(project) {
  return tool('vitest/vitest.mjs', 'run', '--project', project, '--reporter', 'dot', ...since);
}

async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await check(name);
}

async function check(name) {
  const began = performance.now();
  for (const program of CHECKS[name]) {
    const { code, output } = await run(program);
    if (code === 0) continue;
    failed.push(name);
    process.stdout.write(`✗ ${name} ${seconds(began)}\n${output.trimEnd()}\n`);
    return;
  }
  process.stdout.write(
    `✓ ${name}${TESTED.includes(name) && since.length > 0 ? ' (of what changed)' : ''} ${seconds(began)}\n`,
  );
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node24Path(root), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
