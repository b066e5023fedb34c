/**
 * How a window that we open ourselves learns its token: by a page in a folder of this person's
 * alone, which sends it on to the server. What stands on a command line every user of the machine
 * can read.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface HandOver {
  /** Of the page, without any secret in it. */
  readonly address: string;
  /** Removes the page. */
  remove(): void;
}

/** `address`: with its token, of characters that need no escape; `folder`: where the page may lie
 * for a while. */
export function writeHandOver(address: string, folder: string): HandOver {
  const own = mkdtempSync(join(folder, 'open-'));
  const file = join(own, 'workbench.html');
  writeFileSync(file, pageOf(address), { mode: 0o600, flag: 'wx' });
  return {
    address: pathToFileURL(file).href,
    remove: () => rmSync(own, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** In the place of this page, so that going back does not lead to it. */
function pageOf(address: string): string {
  return (
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>TRADE workbench</title>' +
    `<script>location.replace(${JSON.stringify(address)})</script>\n`
  );
}
