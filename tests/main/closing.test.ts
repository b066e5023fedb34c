import { describe, expect, it } from 'vitest';
import { CLOSING_CHOICES, decideClosing } from '../../src/main/closing.ts';

const never = (): Promise<number> => Promise.reject(new Error('asked although nothing runs'));

describe('closing the window', () => {
  it('asks nothing while nothing runs', async () => {
    expect(await decideClosing(0, never)).toBe('quit');
  });

  it.each(CLOSING_CHOICES.map(({ label, closing }, index) => ({ label, closing, index })))(
    'does what "$label" says while a search runs',
    async ({ closing, index }) => {
      expect(await decideClosing(1, async () => index)).toBe(closing);
    },
  );

  it('stays when the dialog goes away without an answer', async () => {
    expect(await decideClosing(1, async () => -1)).toBe('stay');
    expect(CLOSING_CHOICES.at(-1)?.closing).toBe('stay');
  });
});
