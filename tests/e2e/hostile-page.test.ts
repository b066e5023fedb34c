/** A page of another site in the same browser, against the web shell; and a script that found its
 * way into our page. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NONCE_PLACEHOLDER } from '../../src/bridge/csp.ts';
import { startWebServer } from '../../src/web/server.ts';
import type { WebServer } from '../../src/web/server.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const browserThere = (await chromiumPath()) !== undefined;
const reason = browserThere ? '' : ' SKIP: no Chromium that starts';

describe.skipIf(!browserThere)(`the web shell in a browser with a hostile page${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade-hostile-'));
  let browser: Browser;
  let shell: WebServer;
  let evil: Server;
  let evilOrigin = '';
  let sockets = 0;

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><title>ours</title><meta property="csp-nonce" nonce="${NONCE_PLACEHOLDER}"><p>secret of ` +
        'the page</p>' +
        '<script>window.inlineRan = true</script><img src="x" onerror="window.handlerRan = true">' +
        '<script src="data:text/javascript,window.dataRan = true"></script>',
    );
    shell = await startWebServer({ root: folder, port: 0, onSocket: () => void (sockets += 1) });
    evil = createServer((_request, response) => response.end('<!doctype html><title>evil</title>'));
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    const address = evil.address();
    evilOrigin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await shell.close();
    evil.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('it reads nothing, frames nothing, gets no session and no socket; a leaked token stays whole', async () => {
    const page = await browser.newPage();
    await page.goto(evilOrigin);
    const token = new URL(shell.newAddress()).hash.replace('#token=', '');
    const own = `127.0.0.1:${shell.port}`;
    const tried = await page.evaluate(
      async ({ host, leaked }) => {
        const outcome = (work: Promise<unknown>): Promise<string> =>
          work.then(
            (value) => String(value),
            () => 'refused',
          );
        const body = JSON.stringify({ token: leaked });
        const dial = (protocols: string[]): Promise<string> =>
          new Promise((resolve) => {
            const socket = new WebSocket(`ws://${host}/bridge`, protocols);
            socket.onopen = () => resolve('open');
            socket.onerror = () => resolve('refused');
          });
        const framed = new Promise<string>((resolve) => {
          const frame = document.createElement('iframe');
          frame.src = `http://${host}/`;
          frame.onload = () => {
            try {
              resolve(frame.contentDocument?.body.textContent ?? 'nothing');
            } catch {
              resolve('nothing');
            }
          };
          document.body.append(frame);
        });
        return {
          read: await outcome(fetch(`http://${host}/`).then((answer) => answer.text())),
          session: await outcome(
            fetch(`http://${host}/session`, { method: 'POST', body }).then((answer) => answer.text()),
          ),
          // Sent without asking first: it arrives, and must be refused there.
          blind: await outcome(
            fetch(`http://${host}/session`, { method: 'POST', body, mode: 'no-cors' }).then((answer) => answer.type),
          ),
          socket: await dial(['trade', leaked]),
          framed: await framed,
        };
      },
      { host: own, leaked: token },
    );
    expect(tried).toEqual({
      read: 'refused',
      session: 'refused',
      blind: 'refused',
      socket: 'refused',
      framed: 'nothing',
    });
    expect(sockets).toBe(0);
    // Our own page exchanges the token all the same.
    const answer = await fetch(`http://${own}/session`, {
      method: 'POST',
      headers: { origin: `http://${own}` },
      body: JSON.stringify({ token }),
    });
    expect(answer.status).toBe(200);
    await page.close();
  });

  test('a script, a handler or a script of data: in our page does not run', async () => {
    const page = await browser.newPage();
    const violations: string[] = [];
    page.on('console', (message) => violations.push(message.text()));
    await page.goto(shell.newAddress());
    await page.evaluate(() => {
      const injected = document.createElement('div');
      injected.innerHTML =
        '<img src="y" onerror="window.handlerRan = true"><svg onload="window.handlerRan = true"></svg>';
      document.body.append(injected);
    });
    await expect
      .poll(() => violations.filter((text) => /Content.Security.Policy/i.test(text)).length)
      .toBeGreaterThan(2);
    const ran = await page.evaluate(() => ['inlineRan', 'handlerRan', 'dataRan'].filter((name) => name in window));
    expect(ran).toEqual([]);
    await page.close();
  });
});
