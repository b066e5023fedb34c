/** A package for Fedora, openSUSE and their kin, written with `rpmbuild`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageOrder } from './order.ts';
import { filesOf, withTree } from './tree.ts';

export function makeRpm(order: PackageOrder): Promise<void> {
  return withTree(order, async (root) => {
    const folder = mkdtempSync(join(dirname(order.file), 'rpm-'));
    try {
      const spec = join(folder, 'package.spec');
      writeFileSync(spec, specOf(order, root));
      execFileSync(
        'rpmbuild',
        ['-bb', '--quiet', '--target', order.architecture, '--buildroot', root, ...defines(order, folder), spec],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function defines(order: PackageOrder, folder: string): readonly string[] {
  const macros = {
    _topdir: folder,
    _rpmdir: dirname(order.file),
    _rpmfilename: order.file.slice(dirname(order.file).length + 1),
    // Neither debug packages nor links by build ids, which two programs with one Electron share.
    ...{ debug_package: '%{nil}', _build_id_links: 'none', __os_install_post: '%{nil}' },
    _binary_payload: order.compression === 'zstd' ? 'w12T0.zstdio' : 'w6T0.xzdio',
  };
  return Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
}

function specOf(order: PackageOrder, root: string): string {
  const tags: readonly (readonly [string, string | undefined])[] = [
    ['Name', order.name],
    ['Version', order.version],
    ['Release', '1'],
    ['Summary', order.summary],
    ['License', order.license ?? 'MIT'],
    ['Vendor', order.vendor],
    ['Packager', order.maintainer],
    ['URL', order.homepage],
    // The libraries inside are nobody else's to use.
    ['AutoReqProv', 'no'],
    ...order.depends.map((one) => ['Requires', one] as const),
  ];
  return [
    ...tags.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`),
    '',
    '%description',
    ...order.description,
    '',
    ...scriptlet('%post', order.afterInstall),
    // At an update the new version is there already.
    ...scriptlet('%postun', order.afterRemove, 'if [ "$1" -ge 1 ]; then exit 0; fi'),
    '%files',
    '%defattr(-,root,root,-)',
    ...order.content
      .map(({ to }) => to)
      .filter((to) => to.startsWith('/opt/'))
      .map((to) => `%dir "${to}"`),
    ...filesOf(root).map((path) => `"/${path.replaceAll('%', '%%')}"`),
    '',
  ].join('\n');
}

function scriptlet(name: string, file: string | undefined, before = ''): readonly string[] {
  if (file === undefined) return [];
  // A percent sign begins a macro.
  const text = readFileSync(file, 'utf8')
    .replaceAll('%', '%%')
    .replace(/^#!.*\n/, '');
  return [`${name} -p /bin/bash`, before, text, ''];
}
