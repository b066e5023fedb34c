/** Contrast by WCAG 2.2 (1.4.3, 1.4.11): axe sees no canvas, and only the states that happen to be
 * on the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartColors, colourScale, markOf } from '../../src/renderer/charts/chart.ts';

const THEMES = ['light', 'dark'] as const;
/** As many as there are student families, with room for a few more. */
const MARKS = 13;

/** Relative luminance of `#rrggbb`, 0 to 1. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

/** The colours of `tokens.css` by theme; what the dark one does not say of itself it has from the
 * light one. */
function tokens(theme: (typeof THEMES)[number]): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../src/renderer/tokens.css'), 'utf8');
  const blocks = text.split(/(?=:root)/).filter((block) => !block.startsWith(':root:not'));
  const own = blocks.filter((block) => theme === 'dark' || !block.startsWith(":root[data-theme='dark']"));
  return new Map(
    own.flatMap((block) =>
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  );
}

/** Pairs with less than `least`, in words. */
function tooClose(pairs: readonly (readonly [string, string, string])[], least: number): readonly string[] {
  return pairs
    .filter(([, one, other]) => !(contrast(one, other) >= least))
    .map(([name, one, other]) => `${name}: ${contrast(one, other).toFixed(2)}`);
}

it('the measure is that of the standard: black on white is 21, #767676 on white the least grey for text', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

describe.each(THEMES)('in the %s theme', (theme) => {
  it('words have 4.5 to 1 on every ground that they stand on', () => {
    const colours = tokens(theme);
    const of = (name: string): string => colours.get(name) ?? '';
    const pair = (word: string, ground: string) => [`${word} on ${ground}`, of(word), of(ground)] as const;
    const grounds = ['canvas', 'panel', 'raised', 'sunken', 'hover', 'selected'];
    const everywhere = ['text', 'text-2', 'text-3', 'accent'].flatMap((word) =>
      grounds.map((ground) => pair(word, ground)),
    );
    const told = ['good', 'warn', 'bad'].flatMap((word) => [
      pair(word, 'panel'),
      pair(word, 'canvas'),
      pair(word, `${word}-soft`),
    ]);
    const pairs = [
      ...everywhere,
      ...told,
      pair('on-accent', 'accent'),
      pair('on-accent', 'accent-strong'),
      pair('text', 'info-soft'),
    ];
    expect(tooClose(pairs, 4.5)).toEqual([]);
  });

  it('marks, lines that mean something and edges of fields have 3 to 1 on the panel', () => {
    const { panel, accent, teacher, line, faint } = chartColors(theme);
    const marks = Array.from(
      { length: MARKS },
      (_, index) => [`mark ${index}`, markOf(index, theme).color, panel] as const,
    );
    const scale = colourScale(theme).map((colour) => [`scale ${colour}`, colour, panel] as const);
    const own = Object.entries({ accent, teacher, line, faint }).map(
      ([name, colour]) => [name, colour, panel] as const,
    );
    const edge = ['edge of a field', tokens(theme).get('line-strong') ?? '', panel] as const;
    expect(tooClose([...marks, ...scale, ...own, edge], 3)).toEqual([]);
  });
});
