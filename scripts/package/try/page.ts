/** The window of a packaged program, driven by Chromium's own protocol: its fuses let in no driver
 * that needs Node's debugger. */
import { setTimeout as sleep } from 'node:timers/promises';

interface Answer {
  readonly id?: number;
  readonly result?: { readonly data?: string; readonly result?: { readonly value?: unknown } };
  readonly error?: { readonly message: string };
}

export interface Page {
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until it is true. @throws when it is not in time, with what the page shows */
  until(what: string, expression: string, limitMs: number): Promise<void>;
  /** A PNG. */
  picture(): Promise<Buffer>;
  close(): void;
}

/** `port`: of `--remote-debugging-port`. The first window is waited for. */
export async function openPage(port: number, limitMs: number): Promise<Page> {
  const socket = new WebSocket(await addressOf(port, limitMs));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('The window cannot be reached.'));
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.onmessage = ({ data }) => {
    const answer: Answer = JSON.parse(String(data)); // Chromium's
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  };
  let last = 0;
  const ask = (method: string, params: object): Promise<NonNullable<Answer['result']>> =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (result === undefined) reject(new Error(`${method}: ${error?.message ?? 'no answer'}`));
        else resolve(result);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  const evaluate = async (expression: string): Promise<unknown> =>
    (await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })).result?.value;
  return {
    evaluate,
    async until(what, expression, limit) {
      const end = Date.now() + limit;
      // A page that is being loaded has nothing yet to evaluate in.
      while ((await evaluate(expression).catch(() => undefined)) !== true) {
        if (Date.now() > end) {
          const shown = await evaluate('document.body.innerText');
          throw new Error(`${what} did not come within ${limit / 1000} s. The page shows: ${shown}`);
        }
        await sleep(500);
      }
    },
    picture: async () => Buffer.from((await ask('Page.captureScreenshot', { format: 'png' })).data ?? '', 'base64'),
    close: () => socket.close(),
  };
}

async function addressOf(port: number, limitMs: number): Promise<string> {
  const end = Date.now() + limitMs;
  for (;;) {
    // Chromium's own list; while it starts it has no page yet.
    const list = await fetch(`http://127.0.0.1:${port}/json`).then(
      (one) => one.json(),
      () => [],
    );
    const page = (list as readonly { readonly type: string; readonly webSocketDebuggerUrl: string }[]).find(
      ({ type }) => type === 'page',
    );
    if (page !== undefined) return page.webSocketDebuggerUrl;
    if (Date.now() > end) throw new Error(`No window came within ${limitMs / 1000} s.`);
    await sleep(300);
  }
}
