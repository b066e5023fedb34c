/** What can be compared: a student after its last or its best epoch, or a teacher; as one word
 * where it is kept (a pin). */
import type { NetworkInput } from '../../bridge/schemas/review.ts';

export type Network =
  /** After its last epoch; `best`: after its best one, where that is another and was kept. */
  | { readonly kind: 'student'; readonly id: string; readonly checkpoint?: 'best' }
  | { readonly kind: 'teacher'; readonly id: string };

const TEACHER = 'teacher:';
const BEST = '@best';

/** `20261125-150003-f9ea68-0003`, with `@best` behind it, or `teacher:fashion-resnet`. Ids have
 * neither `:` nor `@`. */
export function pinOf(network: Network): string {
  if (network.kind === 'teacher') return `${TEACHER}${network.id}`;
  return network.checkpoint === 'best' ? `${network.id}${BEST}` : network.id;
}

export function networkOf(pin: string): Network {
  if (pin.startsWith(TEACHER)) return { kind: 'teacher', id: pin.slice(TEACHER.length) };
  if (pin.endsWith(BEST)) return { kind: 'student', id: pin.slice(0, -BEST.length), checkpoint: 'best' };
  return { kind: 'student', id: pin };
}

/** As the host is asked for it. */
export function networkInput(network: Network): NetworkInput {
  if (network.kind === 'teacher') return { kind: 'teacher', name: network.id };
  return { kind: 'student', id: network.id, checkpoint: network.checkpoint ?? 'final' };
}
