/** A package for Debian and its kin, written with `dpkg-deb`. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageOrder } from './order.ts';
import { filesOf, hashOf, withTree } from './tree.ts';

export function makeDeb(order: PackageOrder): Promise<void> {
  return withTree(order, async (root) => {
    writeCopyright(order, root);
    const files = filesOf(root);
    const control = join(root, 'DEBIAN');
    mkdirSync(control, { mode: 0o755 });
    writeFileSync(join(control, 'control'), controlOf(order, sizeOf(root, files)));
    writeFileSync(join(control, 'md5sums'), await md5sums(root, files));
    const scripts = { postinst: order.afterInstall, postrm: order.afterRemove };
    for (const [name, script] of Object.entries(scripts)) {
      if (script !== undefined) writeFileSync(join(control, name), readFileSync(script), { mode: 0o755 });
    }
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression(order), '--build', root, order.file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
}

/** `DPKG_DEB_COMPRESSOR_TYPE` and `_LEVEL`, dpkg's own variables, go before what is asked for. */
function compression({ compression: asked = 'xz' }: PackageOrder): readonly string[] {
  return process.env['DPKG_DEB_COMPRESSOR_TYPE'] === undefined ? [`-Z${asked}`] : [];
}

/** Fields in the order of Debian's policy, 5.3; `kib`: of the installed files. */
function controlOf(order: PackageOrder, kib: number): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['Package', order.name],
    ['Version', order.version],
    ['Section', 'science'],
    ['Priority', 'optional'],
    ['Architecture', order.architecture],
    ['Maintainer', order.maintainer],
    ['Installed-Size', String(kib)],
    ['Depends', order.depends.join(', ')],
    ['Recommends', order.recommends.join(', ')],
    ['Homepage', order.homepage],
    ['Description', [order.summary, ...order.description.map((line) => ` ${line}`)].join('\n')],
  ];
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** As dpkg counts it: whole KiB a file. */
const sizeOf = (root: string, files: readonly string[]): number =>
  files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(root, path)).size / 1024), 0);

/** What `dpkg --verify` reads; links have no content of their own. */
async function md5sums(root: string, files: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const path of files) {
    if (!lstatSync(join(root, path)).isSymbolicLink())
      lines.push(`${await hashOf(join(root, path), 'md5')}  ${path}\n`);
  }
  return lines.join('');
}

/** Debian's policy, 12.5. */
function writeCopyright({ name, license, homepage, content }: PackageOrder, root: string): void {
  const folder = join(root, 'usr/share/doc', name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const [program] = content.map(({ to }) => to).filter((to) => to.startsWith('/opt/'));
  const lines = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${name}`,
    ...(homepage === undefined ? [] : [`Source: ${homepage}`]),
    'Comment: The licences of what is packed with it are in',
    ` ${program}/resources/program/resources/licences`,
    '',
    'Files: *',
    'Copyright: the authors of TRADE workbench',
    `License: ${license ?? 'MIT'}`,
    '',
  ];
  writeFileSync(join(folder, 'copyright'), lines.join('\n'), { mode: 0o644 });
}
