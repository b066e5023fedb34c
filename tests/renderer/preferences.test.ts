/** Preferences of another version, or damaged ones, must neither break the window nor lose what is
 * sound in them. */
import { describe, expect, it } from 'vitest';
import { testing as kept } from '../../src/renderer/stores/kept.ts';
import { testing } from '../../src/renderer/stores/preferences.ts';

const { PREFERENCE_DEFAULTS } = testing;
const readPreferences = (text: string) => testing.readPreferences(kept.parsed(text));

describe('the text in which preferences are kept', () => {
  it('is read back as it was written', () => {
    const sound = { theme: 'dark', density: 'compact', letterKeys: false } as const;
    expect(readPreferences(JSON.stringify(sound))).toEqual(sound);
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
