/** Preferences of another version, or damaged ones, must neither break the window nor lose what is
 * sound in them. */
import { describe, expect, it } from 'vitest';
import { testing } from '../../src/renderer/stores/preferences.ts';

const { PREFERENCE_DEFAULTS, readPreferences } = testing;

describe('the text in which preferences are kept', () => {
  it('is read back as it was written', () => {
    const kept = { theme: 'dark', density: 'compact', letterKeys: false } as const;
    expect(readPreferences(JSON.stringify(kept))).toEqual(kept);
  });

  it('gives the defaults where it is damaged or empty', () => {
    for (const text of ['', '{', 'null', '[]', '"dark"', '7'])
      expect(readPreferences(text)).toEqual(PREFERENCE_DEFAULTS);
  });

  it('keeps what it understands beside what it does not', () => {
    const text = JSON.stringify({ theme: 'sepia', density: 'compact', letterKeys: 'no', later: 1 });
    expect(readPreferences(text)).toEqual({ ...PREFERENCE_DEFAULTS, density: 'compact' });
  });
});
