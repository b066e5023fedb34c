/** The log: it has an end, outlives a disk that does not take it, and tells nobody's home when it is handed on. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hideHome, openLog, readLog } from '../../src/host/log.ts';
import { temporaryFolder } from '../support/workspace.ts';

it('turns over while it is written, keeps the newest lines, and has an end', () => {
  const folder = temporaryFolder('logs');
  const file = join(folder, 'host.log');
  const { log, close } = openLog(file, 2000);
  for (let line = 0; line < 500; line += 1) log.info({ line }, 'something happened');
  close();
  expect(readdirSync(folder).sort()).toEqual(['host.log', 'host.log.1', 'host.log.2']);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(2000);
  const lines = readLog(file)
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as { readonly line: number }).line); // as written above
  expect(lines.at(-1)).toBe(499);
  expect(lines).toEqual(lines.map((_, index) => 500 - lines.length + index));
});

it('goes on in a later session where it stood, and a long one is handed on by its newest whole lines', () => {
  const file = join(temporaryFolder('logs'), 'host.log');
  for (const session of [1, 2]) {
    const { log, close } = openLog(file);
    log.info({ session }, 'started');
    close();
  }
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  const newest = readLog(file, 100);
  expect(newest).toMatch(/^\{.*"session":2.*\}\n$/);
});

it('that cannot be written ends nothing', () => {
  const folder = temporaryFolder('file');
  writeFileSync(folder, 'no folder');
  const { log, close } = openLog(join(folder, 'host.log'));
  log.error('nobody hears this');
  close();
  const blocked = temporaryFolder('logs');
  mkdirSync(join(blocked, 'host.log'), { recursive: true });
  const second = openLog(join(blocked, 'host.log'));
  second.log.error('nor this');
  second.close();
});

it.each([
  ['/home/ada', '{"file":"/home/ada/trade/w.sqlite"}', '{"file":"~/trade/w.sqlite"}'],
  ['C:\\Users\\Ada', JSON.stringify({ file: 'C:\\Users\\Ada\\trade' }), '{"file":"~\\\\trade"}'],
  ['C:\\Users\\Ada', 'at file:///C:/Users/Ada/trade/main.js', 'at file:///~/trade/main.js'],
  ['/', '/etc/passwd', '/etc/passwd'],
])('hides the home %j', (home, text, hidden) => {
  expect(hideHome(text, home)).toBe(hidden);
});
