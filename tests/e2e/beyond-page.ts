/** What a page does to the world outside it, in either shell: files that it saves, and the
 * clipboard. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { programOf } from './real-electron.ts';
import type { RealElectron } from './real-electron.ts';

export interface Saved {
  /** That the page gave it. */
  readonly name: string;
  readonly path: string;
}

/** The file that `act` makes the page save. */
export async function savedBy(page: Page, act: () => Promise<unknown>, timeout = 60_000): Promise<Saved> {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e saved '));
  const program = programOf(page);
  if (program !== undefined) return savedInElectron(program, act, folder);
  const [download] = await Promise.all([page.waitForEvent('download', { timeout }), act()]);
  const name = download.suggestedFilename();
  await download.saveAs(join(folder, name));
  return { name, path: join(folder, name) };
}

/** As a person who takes the name that the system's dialog offers: Playwright cannot see that
 * dialog. What the program refuses is refused before. */
async function savedInElectron({ app }: RealElectron, act: () => Promise<unknown>, folder: string): Promise<Saved> {
  const saved = await app.evaluateHandle(({ session }, into) => {
    const done = new Promise<Saved>((resolve, reject) => {
      session.defaultSession.once('will-download', (event, item) => {
        const name = item.getFilename();
        if (event.defaultPrevented) return reject(new Error(`The program refused to save ${name}.`));
        const path = `${into}/${name}`;
        item.setSavePath(path);
        item.once('done', (_event, state) =>
          state === 'completed' ? resolve({ name, path }) : reject(new Error(`${name}: ${state}`)),
        );
      });
    });
    // What is refused before anybody waits for it is told later.
    done.catch(() => undefined);
    return { done };
  }, folder);
  await act();
  return saved.evaluate(({ done }) => done);
}

/** Before the page writes into the clipboard: a browser without a screen asks nobody. */
export async function allowClipboard(page: Page): Promise<void> {
  if (programOf(page) === undefined) await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
}

/** What lies in the clipboard. In Electron no page may read it, so the program does. */
export function clipboardText(page: Page): Promise<string> {
  const program = programOf(page);
  return program === undefined
    ? page.evaluate(() => navigator.clipboard.readText())
    : program.app.evaluate(({ clipboard }) => clipboard.readText());
}
