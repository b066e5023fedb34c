/** Lists of the contract against what a page may send instead of one. */
import { expect, test } from 'vitest';
import { list, z } from '../../src/core/records/zod.ts';

test('a list refuses bytes in words: freezing what it refuses would throw at them', () => {
  const parsed = z.strictObject({ members: list(z.string()) }).safeParse({ members: Uint8Array.of(0, 1) });
  expect(parsed.error?.issues.map(({ code, path }) => [code, path])).toEqual([['invalid_type', ['members']]]);
});
