/** What a package is made of, as fpm is told it on its command line. */
import { parseArgs } from 'node:util';

export interface PackageOrder {
  readonly kind: 'deb' | 'rpm';
  /** The package itself. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly maintainer: string;
  readonly vendor: string | undefined;
  readonly license: string | undefined;
  readonly homepage: string | undefined;
  readonly summary: string;
  /** Lines under the summary. */
  readonly description: readonly string[];
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  readonly compression: string | undefined;
  /** Files of scripts for the shell. */
  readonly afterInstall: string | undefined;
  readonly afterRemove: string | undefined;
  readonly content: readonly Content[];
}

/** A file or folder of this machine, and where it is installed. */
export interface Content {
  readonly from: string;
  readonly to: string;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const list = { type: 'string', multiple: true } as const;
const OPTIONS = {
  s: { type: 'string', short: 's' },
  t: { type: 'string', short: 't' },
  d: { type: 'string', short: 'd', multiple: true },
  ...{ force: flag, debug: flag, log: text },
  ...{ package: text, name: text, version: text, architecture: text, maintainer: text, vendor: text, license: text },
  ...{ url: text, description: text, 'rpm-summary': text, 'rpm-os': text, 'deb-priority': text },
  ...{ 'deb-recommends': list, 'deb-compression': text, 'rpm-compression': text },
  ...{ 'after-install': text, 'after-remove': text },
} as const;

/** @throws an Error in words where something else is asked for than this can do */
export function readOrder(args: readonly string[]): PackageOrder {
  // Strict: an option of fpm that is not in the list would be passed over in silence.
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const { s, t, d = [], url, vendor, license } = values;
  if (s !== 'dir' || (t !== 'deb' && t !== 'rpm')) {
    throw new Error(`Only packages of folders for dpkg or rpm are made here, not "${s}" to "${t}".`);
  }
  const need = (name: 'package' | 'name' | 'version' | 'architecture' | 'maintainer' | 'description'): string => {
    const value = values[name];
    if (value === undefined || value === '') throw new Error(`--${name} is missing.`);
    return value;
  };
  const lines = need('description')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const summary = values['rpm-summary'] ?? lines[0] ?? '';
  const description = lines.filter((line) => line !== summary);
  return {
    ...{ kind: t, file: need('package'), name: need('name').toLowerCase(), version: need('version') },
    ...{ architecture: need('architecture'), maintainer: need('maintainer'), vendor, license, homepage: url },
    ...{ summary, description, depends: d, recommends: values['deb-recommends'] ?? [] },
    compression: values[`${t}-compression`],
    afterInstall: values['after-install'],
    afterRemove: values['after-remove'],
    content: positionals.map(contentOf),
  };
}

/** `FROM=/TO`: either may hold further equals signs. */
function contentOf(pair: string): Content {
  const at = pair.indexOf('=/');
  if (at <= 0) throw new Error(`"${pair}" does not say where it is installed: FROM=/TO.`);
  return { from: pair.slice(0, at), to: pair.slice(at + 1) };
}
