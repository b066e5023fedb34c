/** A teacher of any kind at work: what it says of images, whatever it is made of. */
import type { TeacherArray } from '../../core/distill/teacher-arrays.ts';
import type { GraphCard, OnnxCard, TeacherCard } from '../../core/records/teacher-card.ts';
import type { SplitName } from '../../core/records/sources.ts';
import { layersUnknown, LOGIT_LOSSES, noLayers } from '../../core/teacher.ts';
import type { Images, View } from '../data/augment.ts';
import type { YieldToEvents } from '../training/evaluate.ts';

/** Which images it is shown, and how. */
export interface Showing {
  readonly split: SplitName;
  /** So many of the first ones. */
  readonly count: number;
  /** Most pixels that a view moves them by. */
  readonly shift: number;
  /** Absent: as they are. */
  readonly view?: (sample: number) => View;
}

export interface OpenTeacher {
  readonly card: TeacherCard;
  /** Whose images it has answers for. */
  readonly splits: readonly SplitName[];
  /** Values `[count][...shape]` of each array by its name. `onProgress`: number of images done so
   * far. */
  readonly answers: (
    showing: Showing,
    arrays: readonly TeacherArray[],
    yieldToEvents: YieldToEvents,
    onProgress: (done: number) => void,
  ) => Promise<ReadonlyMap<string, Float32Array>>;
  readonly dispose: () => Promise<void>;
}

/** Throws `teacher.mismatch` where layers are asked for that are not known. */
export function assertLogitsAlone(
  card: Exclude<TeacherCard, GraphCard | OnnxCard>,
  arrays: readonly TeacherArray[],
): void {
  const stray = arrays.find(({ form }) => form.kind !== 'logits');
  if (stray) throw noLayers(layersUnknown(card), 'losses on features', { remedy: LOGIT_LOSSES });
}

type Shown = Pick<Showing, 'split' | 'count' | 'shift'>;

/** Keeps the images that were shown last on the device: the next view shows them again. */
export function createResidents(
  load: (split: SplitName, options: { readonly shift: number; readonly count: number }) => Images,
): { readonly of: (shown: Shown) => Images; readonly dispose: () => void } {
  let kept: { readonly key: string; readonly images: Images } | undefined;
  const dispose = (): void => {
    kept?.images.dispose();
    kept = undefined;
  };
  return {
    of: ({ split, count, shift }) => {
      const key = [split, count, shift].join();
      if (kept?.key !== key) {
        dispose();
        kept = { key, images: load(split, { count, shift }) };
      }
      return kept.images;
    },
    dispose,
  };
}
