/**
 * How many files of `src` the last addition of each kind touched, counted from git's history: what
 * CONTRIBUTING's recipes promise. Of the commit that added an entry those files count that are
 * named after it or whose added lines name it, by its name or by the identifier behind it; what
 * else the commit did is no part of the recipe. Tests, docs and tables of numbers do not count.
 *
 *   node scripts/recipes.mjs [--all] [--files]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './setup/paths.mjs';

const word = (names) => new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`);

function view(names) {
  const [name, component] = names;
  return new RegExp(`(?:id|name): '${name}'|['/]${component}\\b|^  '?${name}'?: `);
}

/**
 * Where entries of a kind stand, what an entry looks like (its name, and maybe the identifier
 * behind it), and by what a line names one: a name that is a common word has to stand as a name
 * does.
 */
export const KINDS = Object.freeze({
  strategy: {
    ...{ most: 2, registries: ['src/core/strategies/registry.ts'], naming: word },
    entry: /^ {2}'?([\w-]+)'?: entry\((\w+)\)/gm,
  },
  loss: {
    ...{ most: 4, registries: ['src/compute/losses/create-criterion.ts'], naming: word },
    entry: /^ {4}case '(\w+)':\n\s+return (\w+)/gm,
  },
  op: {
    ...{ most: 6, registries: ['src/core/arch/graph.ts'], naming: word },
    entry: /^ {2}\| .*readonly op: '(\w+)'/gm,
  },
  'bridge method': {
    ...{
      most: 5,
      registries: ['contract', 'upkeep-contract', 'maintenance-contract'].map((name) => `src/bridge/${name}.ts`),
    },
    entry: /^ {4}(\w+): oc\b/gm,
    naming: (names) => new RegExp(`\\.${names[0]}\\(|^\\s+(?:async )?${names[0]}[:(,]`),
  },
  view: {
    ...{ most: 4, registries: ['src/renderer/router.ts'] },
    entry: /(?:name: |inRail\(|beside\()'([\w-]+)',(?:.*|\n\s+component: .*) import\('.*\/(\w+)\.vue'\)/g,
    naming: view,
  },
});

/**
 * The additions that history tells of, oldest first.
 *
 * @param {string} registry the text of a registry as it stands
 * @param {{ readonly entry: RegExp, readonly naming: (names: string[]) => RegExp }} kind
 * @param {readonly Commit[]} history oldest first
 * @typedef {{ readonly hash: string, readonly subject: string, readonly added: ReadonlyMap<string,
 * string[]> }} Commit
 * @returns {{ readonly name: string, readonly hash: string, readonly subject: string,
 * readonly files: string[] }[]}
 */
export function additions(registry, { entry, naming }, history) {
  const entriesOf = (text) =>
    [...text.matchAll(entry)].map(([, ...names]) => names.filter((name) => name !== undefined));
  const found = entriesOf(registry).flatMap((names) => {
    const brings = (lines) => entriesOf(lines.join('\n')).some(([name]) => name === names[0]);
    const at = history.findIndex(({ added }) => [...added.values()].some(brings));
    if (at < 0) return [];
    const { hash, subject, added } = history[at];
    const pattern = naming(names);
    const isOf = (file, lines) => names.includes(parse(file).name) || lines.some((text) => pattern.test(text));
    const files = [...added].filter(([file, lines]) => isOf(file, lines)).map(([file]) => file);
    return [{ at, addition: { name: names[0], hash, subject, files } }];
  });
  return found.sort((one, other) => one.at - other.at).map(({ addition }) => addition);
}

/**
 * Every commit of a checkout with the lines that it added to each file of `src`, oldest first.
 *
 * @param {string} root
 * @returns {Commit[]}
 */
export function historyOf(root) {
  const options = ['log', '--reverse', '--no-merges', '-M', '--format=%x00%h %s', '-p', '-U0', '--', 'src'];
  const text = execFileSync('git', options, { cwd: root, encoding: 'utf8', maxBuffer: 1e9 });
  return text
    .split('\0')
    .slice(1)
    .map((commit) => {
      const [head = '', ...lines] = commit.split('\n');
      const added = new Map();
      let file;
      for (const line of lines) {
        if (line.startsWith('+++ ')) {
          file = line.startsWith('+++ b/') ? line.slice(6) : undefined;
          if (file !== undefined) added.set(file, []);
        } else if (line.startsWith('+') && file !== undefined) added.get(file).push(line.slice(1));
      }
      const [hash = ''] = head.split(' ');
      return { hash, subject: head.slice(hash.length + 1), added };
    });
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const history = historyOf(packageRoot);
  for (const [kind, shape] of Object.entries(KINDS)) {
    const registry = shape.registries.map((file) => readFileSync(join(packageRoot, file), 'utf8')).join('\n');
    const told = additions(registry, shape, history);
    for (const { name, hash, subject, files } of process.argv.includes('--all') ? told : told.slice(-1)) {
      process.stdout.write(
        `${kind}: ${name} touched ${files.length} files (at most ${shape.most}); ${hash} ${subject}\n`,
      );
      if (process.argv.includes('--files')) process.stdout.write(files.map((file) => `  ${file}\n`).join(''));
    }
  }
}
