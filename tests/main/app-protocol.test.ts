import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NONCE_PLACEHOLDER } from '../../src/bridge/csp.ts';
import { answerAppRequest } from '../../src/main/app-protocol.ts';

let folder: string;
const ask = (address: string, method = 'GET'): Promise<Response> =>
  answerAppRequest(new Request(address, { method }), join(folder, 'renderer'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trade-app-'));
  mkdirSync(join(folder, 'renderer/assets'), { recursive: true });
  writeFileSync(
    join(folder, 'renderer/index.html'),
    `<style nonce="${NONCE_PLACEHOLDER}"></style>${NONCE_PLACEHOLDER}`,
  );
  writeFileSync(join(folder, 'renderer/assets/main.js'), 'export {};');
  writeFileSync(join(folder, 'renderer/notes.txt'), 'not for serving');
  mkdirSync(join(folder, 'renderer-beside'));
  writeFileSync(join(folder, 'renderer-beside/main.js'), 'secret');
  writeFileSync(join(folder, 'secret.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('app://trade/', () => {
  it('fills the nonce of the page with the one of its policy, a new one each time', async () => {
    const [first, second] = await Promise.all([ask('app://trade/'), ask('app://trade/index.html')]);
    const nonces = [first, second].map((response) => {
      const policy = response.headers.get('content-security-policy') ?? '';
      return /'nonce-([A-Za-z0-9+/=]+)'/.exec(policy)?.[1] ?? 'none';
    });
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(await first.text()).toBe(`<style nonce="${nonces[0]}"></style>${nonces[0]}`);
    expect(first.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('serves scripts with their type and without sniffing', async () => {
    const response = await ask('app://trade/assets/main.js?v=1#x');
    expect(await response.text()).toBe('export {};');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['POST', 'HEAD', 'PUT', 'DELETE'])('refuses %s', async (method) => {
    expect((await ask('app://trade/', method)).status).toBe(405);
  });

  it('refuses another host of its scheme', async () => {
    expect((await ask('app://elsewhere/index.html')).status).toBe(403);
  });

  it.each([
    'app://trade/../secret.json',
    'app://trade/%2e%2e/secret.json',
    'app://trade/..%2fsecret.json',
    'app://trade/..%5csecret.json',
    'app://trade/assets/..%2f..%2fsecret.json',
    'app://trade/%2e%2e%2frenderer-beside/main.js',
    'app://trade//etc/passwd',
    'app://trade/notes.txt',
    'app://trade/assets',
    'app://trade/assets/',
    'app://trade/missing.js',
    'app://trade/index.html%00.js',
  ])('finds nothing at %s', async (address) => {
    expect((await ask(address)).status).toBe(404);
  });
});
