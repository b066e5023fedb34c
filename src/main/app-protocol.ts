/** `app://trade/`: the built renderer as responses, with the content security policy. No Electron
 * in here. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { assetAt } from '../bridge/assets.ts';
import { contentSecurityPolicy, NONCE_PLACEHOLDER, SECURITY_HEADERS } from '../bridge/csp.ts';
import { isOwnPage } from './guards.ts';

/** `root`: folder of the built renderer. */
export async function answerAppRequest(request: Request, root: string): Promise<Response> {
  if (request.method !== 'GET') return refusal(405);
  if (!isOwnPage(request.url)) return refusal(403);
  const asset = assetAt(new URL(request.url).pathname);
  const file = asset && resolve(root, asset.path);
  if (asset === undefined || file === undefined || !file.startsWith(resolve(root) + sep)) return refusal(404);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return refusal(404);
  const nonce = randomBytes(16).toString('base64');
  const isPage = asset.path.endsWith('.html');
  const body = isPage ? bytes.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce) : new Uint8Array(bytes);
  return new Response(body, {
    headers: {
      ...SECURITY_HEADERS,
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy(nonce),
      'content-type': asset.type,
    },
  });
}

function refusal(status: number): Response {
  return new Response(undefined, { status, headers: SECURITY_HEADERS });
}
