import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../benchmarks/asks.ts', import.meta.url));
const run = (...options: readonly string[]) =>
  spawnSync(process.execPath, [program, '--strategies', 'random', '--seeds', '1', ...options], { encoding: 'utf8' });

describe('the benchmark of asks', () => {
  it('plays the same game again and tells times by strategy and count', { timeout: 60_000 }, () => {
    const [first, second] = [run('--counts', '20,24', '--json'), run('--counts', '20,24', '--json')];
    const lines = first.stdout.trim().split('\n');
    const times: unknown = JSON.parse(lines.at(-1) ?? '');
    const pair = [expect.any(Number), expect.any(Number)];
    expect(times).toEqual({ random: { 20: pair, 24: pair } });
    expect(lines.at(-2)).toMatch(/^\{"played":\{"random":\{"1":"[0-9a-f]{12}"\}\}\}$/);
    expect(second.stdout.trim().split('\n').at(-2)).toBe(lines.at(-2));
  });

  it('refuses what it cannot measure', () => {
    for (const counts of ['3', 'many']) {
      const { status, stderr } = run('--counts', counts);
      expect(status).toBe(2);
      expect(stderr).toContain(`--counts ${counts}`);
    }
  });
});
