import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { usePinToggle } from '../../src/renderer/commands/use-pin-command.ts';
import { useAnnouncements } from '../../src/renderer/stores/announcements.ts';
import { testing, usePins } from '../../src/renderer/stores/pins.ts';

beforeEach(() => {
  setActivePinia(createPinia());
});

test('whoever stays pinned keeps the colour, and the next one takes the place that was left', () => {
  // Blue became orange in every chart when the first student was unpinned.
  const pins = usePins();
  for (const id of ['a', 'b', 'c']) pins.toggle(id);
  pins.toggle('b');
  expect(pins.ids).toEqual(['a', 'c']);
  expect(['a', 'b', 'c'].map((id) => pins.placeOf(id))).toEqual([0, undefined, 2]);
  pins.toggle('d');
  expect(pins.ids).toEqual(['a', 'd', 'c']);
  for (const id of ['e', 'f']) pins.toggle(id);
  expect(pins.ids).toEqual(['a', 'd', 'c', 'e']);
});

test('places outlast a reload, a free one too, whatever else was kept', () => {
  const { read } = testing;
  expect(read(JSON.parse(JSON.stringify(['a', undefined, 'c'])))).toEqual(['a', undefined, 'c']);
  expect(read(['a', 7, { id: 'x' }, 'b', 'c'])).toEqual(['a', undefined, undefined, 'b']);
  expect([read('a'), read(undefined)]).toEqual([[], []]);
});

test('a full shelf says so, where a click did nothing before', () => {
  const pins = usePins();
  const announcements = useAnnouncements();
  const pin = usePinToggle();
  for (const id of ['a', 'b', 'c', 'd']) pin({ id });
  expect(announcements.last).toEqual({ text: 'The student is pinned, 4 of 4.', isQuiet: true });
  pin({ id: 'e', number: 6 });
  expect(pins.has('e')).toBe(false);
  expect(announcements.last).toMatchObject({ isQuiet: false });
  expect(announcements.last?.text).toContain('unpin one');
  pin({ id: 'a', number: 6 });
  expect(announcements.last?.text).toBe('Student #7 is not pinned any more.');
});
