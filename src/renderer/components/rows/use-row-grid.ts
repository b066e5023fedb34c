/**
 * Rows of a virtual grid that are walked by keyboard: only what is seen is in the page, one row at
 * a time can be reached by Tab, arrows, Page, Home and End move from row to row, and so do the
 * commands `next` and `previous` from anywhere.
 */
import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, nextTick, watch } from 'vue';
import type { Ref } from 'vue';
import { useCommand } from '../../commands/registry.ts';

export interface RowGridOptions<Row> {
  rows(): readonly Row[];
  idOf(row: Row): string;
  /** Of a row, in pixels. */
  height(): number;
  readonly overscan: number;
  /** What scrolls; the rows in it bear their ids as `data-row`. */
  readonly scroller: Readonly<Ref<HTMLElement | null>>;
  /** Id of the row that the keyboard is at. */
  readonly selected: Ref<string | undefined>;
  /**
   * Of a list that grows at its end: the end is followed while it is so near to what is seen, in
   * pixels (never below 0), and whatever comes or goes elsewhere moves nothing in sight.
   */
  endMargin?(): number;
}

export function useRowGrid<Row>({ rows, idOf, height, overscan, scroller, selected, endMargin }: RowGridOptions<Row>) {
  const virtual = useVirtualizer(
    computed(() => ({
      count: rows().length,
      getScrollElement: () => scroller.value,
      estimateSize: height,
      overscan,
      getItemKey: (index: number) => keyAt(index) ?? index,
      ...(endMargin && { anchorTo: 'end' as const, followOnAppend: true, scrollEndThreshold: endMargin() }),
    })),
  );
  // Rows of another density are of another height.
  watch(height, () => virtual.value.measure());
  const keyAt = (index: number): string | undefined => {
    const row = rows()[index];
    return row === undefined ? undefined : idOf(row);
  };
  const shown = computed(() =>
    virtual.value.getVirtualItems().flatMap((item) => {
      const row = rows()[item.index];
      return row === undefined ? [] : [{ item, row }];
    }),
  );
  const at = computed(() =>
    selected.value === undefined ? -1 : rows().findIndex((row) => idOf(row) === selected.value),
  );
  /** One row can be reached by Tab: the selected one where it is there, else the first, or the last
   * where that is in sight. */
  const focusable = computed(() => keyAt(at.value >= 0 ? at.value : endMargin ? rows().length - 1 : 0));
  /** Where steps are counted from. */
  const origin = (): number => (at.value < 0 && endMargin ? rows().length : at.value);

  /** Selects the row of that index, or the nearest there is, and brings the focus to it. */
  async function moveTo(index: number): Promise<void> {
    const next = Math.min(Math.max(0, index), rows().length - 1);
    const id = keyAt(next);
    if (id === undefined) return;
    selected.value = id;
    virtual.value.scrollToIndex(next);
    await nextTick();
    rowOf(id)?.focus({ preventScroll: true });
  }

  const rowOf = (id: string): HTMLElement | undefined =>
    [...(scroller.value?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].find(
      ({ dataset }) => dataset['row'] === id,
    );
  const page = (): number => Math.max(1, Math.floor((scroller.value?.clientHeight ?? 0) / height()) - 2);

  const KEYS: Readonly<Record<string, () => number>> = {
    ArrowDown: () => origin() + 1,
    ArrowUp: () => origin() - 1,
    PageDown: () => origin() + page(),
    PageUp: () => origin() - page(),
    Home: () => 0,
    End: () => rows().length - 1,
  };

  /** For the rows' common parent. */
  function walk(event: KeyboardEvent): void {
    const index = KEYS[event.key];
    if (index === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    void moveTo(index());
  }

  const isThere = (): boolean => rows().length > 0;
  useCommand('next', { when: isThere, run: () => moveTo(origin() + 1) });
  useCommand('previous', { when: isThere, run: () => moveTo(origin() - 1) });

  return { virtual, shown, focusable, walk };
}
