/** The files of a package as they are to lie on a machine, below a folder of their own. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PackageOrder } from './order.ts';

/** Beside the package, on the same disk, so that files can be links; it is gone afterwards. */
export async function withTree(order: PackageOrder, work: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(`${order.file}.`);
  try {
    for (const { from, to } of order.content) {
      const target = join(root, to);
      mkdirSync(dirname(target), { recursive: true });
      place(from.replace(/\/$/, ''), target);
    }
    // Whatever the umask was of whoever made them: a package is for everybody.
    execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', root]);
    await work(root);
  } catch (error) {
    rmSync(order.file, { force: true });
    throw error;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Links where the disk is the same: a gigabyte need not be there twice. */
function place(from: string, to: string): void {
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' });
  } catch {
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
  }
}

/** Files and links below `root`, as paths without a leading slash, in order. */
export function filesOf(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !lstatSync(join(root, path)).isDirectory())
    .sort();
}

export async function hashOf(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
