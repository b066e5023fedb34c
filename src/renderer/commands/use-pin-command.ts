/** Pins and unpins what is picked, and says so; a fifth student is refused aloud, not in
 * silence. */
import { MOST_PINS, usePins } from '../stores/pins.ts';
import { useAnnouncements } from '../stores/announcements.ts';
import { trialTitle } from '../words.ts';
import { useCommand } from './registry.ts';

/** What is pinned: its id, and its number where the view knows it. */
interface Pinnable {
  readonly id: string;
  readonly number?: number;
}

export function usePinToggle(): (target: Pinnable) => void {
  const pins = usePins();
  const announcements = useAnnouncements();
  return ({ id, number }) => {
    const name = number === undefined ? 'The student' : trialTitle({ number });
    if (!pins.toggle(id)) {
      announcements.show(`${MOST_PINS} students are pinned already: unpin one to pin another.`);
    } else if (pins.has(id)) {
      announcements.tell(`${name} is pinned, ${pins.ids.length} of ${MOST_PINS}.`);
    } else {
      announcements.tell(`${name} is not pinned any more.`);
    }
  };
}

/** `picked`: what stands under the keyboard now. Returns what toggles it. */
export function usePinCommand(picked: () => Pinnable | undefined): () => void {
  const pins = usePins();
  const pin = usePinToggle();

  function toggle(): void {
    const target = picked();
    if (target !== undefined) pin(target);
  }

  useCommand('student.pin', {
    when: () => picked() !== undefined,
    title: () => (pins.has(picked()?.id ?? '') ? 'Unpin the picked student' : 'Pin the picked student to compare'),
    run: toggle,
  });
  return toggle;
}
