import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../benchmarks/scale.ts', import.meta.url));
const FEW = ['--tasks', 'fashion-kd', '--strategies', 'random', '--slots', '1,8', '--seeds', '2'];

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'scale-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...options: readonly string[]) =>
  spawnSync(process.execPath, [program, '--record', join(folder, 'scale.jsonl'), ...options], { encoding: 'utf8' });

describe('the benchmark of slots', () => {
  it('plays what is not recorded, once, and tells the same of the record', { timeout: 60_000 }, () => {
    const first = run(...FEW, '--json');
    const kept = readFileSync(join(folder, 'scale.jsonl'), 'utf8');
    const again = run(...FEW, '--json');
    expect(again.stderr).not.toContain('fashion-kd random slots=8 seed=1'); // not played again
    expect(readFileSync(join(folder, 'scale.jsonl'), 'utf8')).toBe(kept);
    expect(again.stdout).toBe(first.stdout);
    const figures: unknown = JSON.parse(first.stdout);
    expect(figures).toMatchObject({ 'fashion-kd': { random: { 1: { seeds: 2, busy: 1 }, 8: { seeds: 2 } } } });
  });

  it('says how many games are missing where it plays nothing', () => {
    const { stdout, status } = run(...FEW, '--report');
    expect(status).toBe(0);
    expect(stdout).toContain('4 of 4 games are not recorded');
  });

  it('refuses what it does not know, by the name of the option', () => {
    const wrong = [
      ['--tasks', 'wide9'],
      ['--strategies', 'luck'],
      ['--slots', '0'],
      ['--seeds', 'few'],
    ] as const;
    for (const [option, value] of wrong) {
      const { status, stderr } = run(option, value);
      expect(status).toBe(2);
      expect(stderr).toContain(`${option} ${value}`);
    }
  });
});
