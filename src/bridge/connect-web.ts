/** Web shell: a one-time token becomes the tab's secret, the secret opens a WebSocket, and a lost
 * socket is opened again. */
import { WorkbenchError } from '../core/errors.ts';
import { clientOver } from './client.ts';
import type { Link, Page } from './connect-link.ts';
import { SESSION_PATH, SOCKET_PATH, SOCKET_PROTOCOL, TOKEN_KEY } from './shell.ts';
import type { SessionRequest } from './shell.ts';

const SECRET_KEY = 'trade.secret';
/** How long a new tab waits for another one to share its secret. */
const SHARE_MS = 400;
const RETRY_MS = [250, 500, 1000, 2000, 4000];
const REFUSED =
  'This address is used up or of an earlier session. Press Enter in the terminal where the workbench runs: ' +
  'it prints a new one.';

export async function connectWeb(page: Page, link: Link): Promise<void> {
  const secret = await obtainSecret(page);
  if (secret === undefined) throw new WorkbenchError('internal', REFUSED);
  shareSecret(page, secret);
  await open(page, link, secret);
}

/** From the address, from before a reload, or from another tab of the same workbench. */
async function obtainSecret(page: Page): Promise<string | undefined> {
  const token = takeToken(page);
  const kept = page.sessionStorage.getItem(SECRET_KEY) ?? undefined;
  const secret = (token === undefined ? undefined : await exchange(page, token)) ?? kept ?? (await askOtherTabs(page));
  if (secret !== undefined) page.sessionStorage.setItem(SECRET_KEY, secret);
  return secret;
}

function takeToken(page: Page): string | undefined {
  const { hash, pathname, search } = page.location;
  const token = new URLSearchParams(hash.slice(1)).get(TOKEN_KEY) ?? undefined;
  if (token !== undefined) page.history.replaceState(page.history.state, '', pathname + search);
  return token;
}

async function exchange(page: Page, token: string): Promise<string | undefined> {
  const response = await postSession(page, { token });
  if (response.status !== 200) return undefined;
  const answer: unknown = await response.json();
  const isSecret = typeof answer === 'object' && answer !== null && 'secret' in answer;
  return isSecret && typeof answer.secret === 'string' ? answer.secret : undefined;
}

function postSession(page: Page, request: SessionRequest): Promise<Response> {
  return page.fetch(SESSION_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
}

/** Only pages of this very address (host and port) hear the channel. */
function askOtherTabs(page: Page): Promise<string | undefined> {
  const channel = new page.BroadcastChannel(SECRET_KEY);
  return new Promise<string | undefined>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string' && data !== '') resolve(data);
    };
    channel.postMessage('');
    page.setTimeout(() => resolve(undefined), SHARE_MS);
  }).finally(() => channel.close());
}

function shareSecret(page: Page, secret: string): void {
  const channel = new page.BroadcastChannel(SECRET_KEY);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === '') channel.postMessage(secret);
  };
}

/** Resolves when the first socket is open; later ones are opened in the background. */
async function open(page: Page, link: Link, secret: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await postSession(page, { secret }).catch(() => undefined);
    if (answer?.status === 403) {
      page.sessionStorage.removeItem(SECRET_KEY);
      link.lose(REFUSED);
      throw new WorkbenchError('internal', REFUSED);
    }
    const socket = answer?.status === 204 ? await openSocket(page, secret) : undefined;
    if (socket !== undefined) {
      socket.addEventListener('close', () => {
        link.down();
        void open(page, link, secret).catch(() => undefined); // told by the link
      });
      link.up(clientOver(socket));
      return;
    }
    const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
    await new Promise((resolve) => page.setTimeout(() => resolve(undefined), wait));
  }
}

function openSocket(page: Page, secret: string): Promise<WebSocket | undefined> {
  const address = new URL(SOCKET_PATH, page.location.origin);
  address.protocol = 'ws:';
  const socket = new page.WebSocket(address, [SOCKET_PROTOCOL, secret]);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('close', () => resolve(undefined));
  });
}
