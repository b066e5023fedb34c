/** A line that is too wide is named, whatever it is part of; what cannot be cut is let through. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MOST, wideLines, wideLinesUnder } from '../../scripts/testing/line-widths.mjs';

const letters = (count: number): string => 'x'.repeat(count);
const lines = (path: string, text: string): readonly number[] => wideLines(path, text).map(({ line }) => line);

describe('lines of a made-up file', () => {
  it('may have 120 columns of code and 100 of comment, and not one more', () => {
    const text = [
      `const a = '${letters(MOST.code - 12)}'`,
      `const a = '${letters(MOST.code - 11)}'`,
      `// ${letters(MOST.prose - 3)}`,
      `// ${letters(MOST.prose - 2)}`,
      `  /** ${letters(MOST.prose - 8)} */`,
      `call(); // ${letters(MOST.prose - 11)}, behind code`,
    ].join('\n');
    expect(lines('src/core/a.ts', text)).toEqual([2, 4, 5]);
    expect(wideLines('src/core/a.ts', text)[0]).toEqual({ line: 2, columns: 121, most: 120 });
  });

  it('are comments to the end of a block, also where they do not begin with a star', () => {
    const text = ['/*', letters(101), '*/', `${letters(101)};`, '<!--', letters(101), '-->', letters(101)].join('\n');
    expect(lines('a.vue', text)).toEqual([2, 6]);
  });

  it('count characters, not bytes: a dash is one column', () => {
    expect(lines('a.ts', `// ${'–'.repeat(97)}`)).toEqual([]);
  });

  it('of a page may have 100, but for tables, links and figures that a script has written', () => {
    const text = [
      letters(101),
      `| ${letters(101)} |`,
      `![${letters(101)}](a.png)`,
      `See https://example.org/${letters(101)} for it.`,
      `See [this](a.md), and ${letters(101)}`,
      '<!-- prettier-ignore-start -->',
      letters(101),
      '<!-- prettier-ignore-end -->',
      letters(101),
    ].join('\n');
    expect(lines('docs/a.md', text)).toEqual([1, 5, 9]);
  });

  it('are nobody’s concern in data and in texts of others', () => {
    expect(lines('resources/licences/a.md', letters(200))).toEqual([]);
    expect(lines('package-lock.json', letters(200))).toEqual([]);
  });
});

it('of all files that git tracks are named by path and line', () => {
  const root = mkdtempSync(join(tmpdir(), 'widths-'));
  try {
    execFileSync('git', ['init', '-q'], { cwd: root });
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'src/a.ts'), `ok();\n// ${letters(100)}\n`);
    writeFileSync(join(root, 'src/untracked.ts'), letters(200));
    execFileSync('git', ['add', 'src/a.ts'], { cwd: root });
    expect(wideLinesUnder(root)).toEqual(['src/a.ts:2: 103 columns, at most 100']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
