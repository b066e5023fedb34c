/** `POST /session`: a one-time token becomes a tab's secret; a tab asks whether its secret still
 * counts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../bridge/csp.ts';
import type { Gate } from './token.ts';

const MAX_BYTES = 1024;

/** Host and Origin were checked. */
export async function answerSession(request: IncomingMessage, response: ServerResponse, gate: Gate): Promise<void> {
  const headers = { ...SECURITY_HEADERS, 'cache-control': 'no-store' };
  const asked = await readBody(request);
  const secret = typeof asked['token'] === 'string' ? gate.redeem(asked['token']) : undefined;
  if (secret !== undefined) {
    response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify({ secret }));
    return;
  }
  const isKnown = typeof asked['secret'] === 'string' && gate.isSecret(asked['secret']);
  response.writeHead(isKnown ? 204 : 403, headers).end();
}

/** What is too long or no JSON object counts as empty. */
async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BYTES) return {};
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
