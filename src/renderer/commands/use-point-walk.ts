/** Students of a chart walked by keyboard: arrows, Home and End at the chart, J and K from
 * anywhere; each is told as it is met. */
import type { Ref } from 'vue';
import { useAnnouncements } from '../stores/announcements.ts';
import { useCommand } from './registry.ts';
import { usePinCommand } from './use-pin-command.ts';

export interface PointWalk<Point> {
  /** In the order of the walk. */
  points(): readonly Point[];
  student(point: Point): { readonly id: string; readonly number?: number };
  /** As a screen reader tells it; where it stands among all is added. */
  words(point: Point): string;
  readonly selected: Ref<string | undefined>;
  /** What has the keyboard while one walks. */
  readonly plot: Readonly<Ref<HTMLElement | null>>;
  open(id: string): void;
  /** What is passed with Shift held, the start of it first. */
  select?(ids: readonly string[]): void;
}

/** Returns what the chart does with keys. */
export function usePointWalk<Point>(walk: PointWalk<Point>): (event: KeyboardEvent) => void {
  const announcements = useAnnouncements();
  const idOf = (point: Point): string => walk.student(point).id;
  const place = (): number => walk.points().findIndex((point) => idOf(point) === walk.selected.value);

  function goTo(index: number, isSelecting = false): void {
    const [from, points] = [walk.selected.value, walk.points()];
    const point = points[index];
    if (point === undefined) return;
    if (isSelecting) walk.select?.([...(place() < 0 || from === undefined ? [] : [from]), idOf(point)]);
    walk.selected.value = idOf(point);
    announcements.tell(`${walk.words(point)} ${index + 1} of ${points.length}.`);
  }

  /** Who has picked none begins at the end that they come from. */
  function step(by: 1 | -1, isSelecting = false): void {
    const at = place();
    goTo(at >= 0 ? at + by : by > 0 ? 0 : walk.points().length - 1, isSelecting);
  }

  function keys(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowRight: () => step(1, event.shiftKey),
      ArrowLeft: () => step(-1, event.shiftKey),
      Home: () => goTo(0),
      End: () => goTo(walk.points().length - 1),
      Enter: () => {
        if (walk.selected.value !== undefined) walk.open(walk.selected.value);
      },
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }

  function stepFromAnywhere(by: 1 | -1): void {
    step(by);
    walk.plot.value?.focus({ preventScroll: true });
  }

  const isThere = (): boolean => walk.points().length > 0;
  useCommand('next', { when: isThere, run: () => stepFromAnywhere(1) });
  useCommand('previous', { when: isThere, run: () => stepFromAnywhere(-1) });
  usePinCommand(() => {
    const point = walk.points()[place()];
    return point === undefined ? undefined : walk.student(point);
  });
  return keys;
}
