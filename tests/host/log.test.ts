/** The log: it has an end, and outlives a disk that does not take it. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../src/host/log.ts';
import { temporaryFolder } from '../support/workspace.ts';

it('turns over while it is written, keeps the newest lines, and has an end', () => {
  const folder = temporaryFolder('logs');
  const file = join(folder, 'host.log');
  const { log, close } = openLog(file, 2000);
  for (let line = 0; line < 500; line += 1) log.info({ line }, 'something happened');
  close();
  expect(readdirSync(folder).sort()).toEqual(['host.log', 'host.log.1', 'host.log.2']);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(2000);
  const lines = [`${file}.2`, `${file}.1`, file]
    .map((name) => readFileSync(name, 'utf8'))
    .join('')
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as { readonly line: number }).line); // as written above
  expect(lines.at(-1)).toBe(499);
  expect(lines).toEqual(lines.map((_, index) => 500 - lines.length + index));
});

it('goes on in a later session where it stood', () => {
  const file = join(temporaryFolder('logs'), 'host.log');
  for (const session of [1, 2]) {
    const { log, close } = openLog(file);
    log.info({ session }, 'started');
    close();
  }
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
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
