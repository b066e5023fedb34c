/** What a damaged workspace offers: each button does what it says, and Escape does nothing. */
import { expect, it } from 'vitest';
import type { BackupView } from '../../src/bridge/maintenance-contract.ts';
import { rescueQuestion } from '../../src/main/recovery.ts';

const backup = (name: string, restorable: boolean): BackupView => ({
  ...{ name, kind: 'daily', schema: 4, at: '2026-03-04T08:12:30.000Z', bytes: 1, restorable },
});

it('offers the newest copy that can be put back, never the bytes of a damaged database', () => {
  const { buttons, rescues, detail } = rescueQuestion('"w.sqlite" is damaged.', [
    backup('damaged', false),
    backup('newest', true),
    backup('older', true),
  ]);
  expect(buttons[0]).toBe('Put back the copy of 2026-03-04 08:12 UTC');
  expect(rescues).toEqual([
    { how: 'restore', backup: 'newest' },
    { how: 'salvage' },
    { how: 'another' },
    { how: 'quit' },
  ]);
  expect(rescues).toHaveLength(buttons.length);
  expect(detail).toContain('"w.sqlite" is damaged.');
});

it('offers to save what can be read where there is no copy', () => {
  const { rescues } = rescueQuestion('damaged', [backup('damaged', false)]);
  expect(rescues.map(({ how }) => how)).toEqual(['salvage', 'another', 'quit']);
});
