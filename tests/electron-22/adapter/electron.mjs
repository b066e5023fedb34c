/** Electron 45 for Electron 22, so far as the main process uses it. */
import { join } from 'node:path';
import { app, protocol, session } from 'electron';

globalThis.Request ??= class Request {
  constructor(url, { method = 'GET' } = {}) {
    Object.assign(this, { url, method });
  }
};
globalThis.Response ??= class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    Object.assign(this, { body, status, headers });
  }
};

const FAILED = -2; // net::ERR_FAILED

protocol.handle ??= (scheme, answer) =>
  protocol.registerBufferProtocol(scheme, async ({ url, method }, reply) => {
    try {
      const { status, headers, body } = await answer(new Request(url, { method }));
      const mimeType = (headers['content-type'] ?? '').split(';')[0];
      reply({ statusCode: status, headers, mimeType, data: Buffer.from(body ?? '') });
    } catch {
      reply({ error: FAILED });
    }
  });

// Its events carry the address; here it came as an argument.
app.on('web-contents-created', (_created, contents) => {
  for (const name of ['will-navigate', 'will-redirect']) {
    contents.prependListener(name, (event, url) => Object.defineProperty(event, 'url', { value: url }));
  }
});
// Before the program's own preload, and before the page's scripts.
app.once('ready', () => session.defaultSession.setPreloads([join(__dirname, 'page.cjs')]));
