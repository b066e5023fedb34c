/** The built renderer over HTTP: GET and HEAD of plain files, each with the content security
 * policy. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve, sep } from 'node:path';
import { assetAt } from '../bridge/assets.ts';
import { contentSecurityPolicy, NONCE_PLACEHOLDER, SECURITY_HEADERS } from '../bridge/csp.ts';

/** `root`: folder of the built renderer. */
export async function answerStatic(request: IncomingMessage, response: ServerResponse, root: string): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const headers = { ...SECURITY_HEADERS, 'content-security-policy': contentSecurityPolicy(nonce) };
  const asset = assetAt(pathOf(request));
  const file = asset && resolve(root, asset.path);
  const isInside = file?.startsWith(resolve(root) + sep) === true;
  const bytes = isInside ? await readFile(file).catch(() => undefined) : undefined;
  if (asset === undefined || bytes === undefined) {
    response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  const isPage = asset.path.endsWith('.html');
  const body = isPage ? Buffer.from(bytes.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce)) : bytes;
  response.writeHead(200, {
    ...headers,
    'cache-control': cachingOf(asset.path),
    'content-length': body.byteLength,
    'content-type': asset.type,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A built asset's name is its content's: a browser that keeps it keeps its compiled code, too. The
 * page bears a nonce. */
function cachingOf(path: string): string {
  if (path.endsWith('.html')) return 'no-store';
  return path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Still encoded, and without normalising dots away: what was sent is what is judged. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split(/[?#]/, 1)[0] ?? '';
}
