/** Windows of steps as bytes: how whole numbers stand in them, and which of them a card does not
 * know. */
import type { Modality, SequenceForm } from '../records/example.ts';

type Shape = readonly [number, number, number];

/** What a modality was at a step: `at`, the place of the step's first byte. */
export function stepValue(values: Uint8Array, at: number, { channel, bytes }: Modality): number {
  const first = values[at + channel] ?? 0;
  return bytes === 1 ? first : 256 * first + (values[at + channel + 1] ?? 0);
}

/** Writes it there. */
export function putStep(values: Uint8Array, at: number, { channel, bytes }: Modality, value: number): void {
  values[at + channel + bytes - 1] = value % 256;
  if (bytes === 2) values[at + channel] = Math.floor(value / 256);
}

/** Modalities one after the other, each in as many bytes as its values need; how many bytes a step
 * is in all. */
export function laidOut(modalities: readonly Pick<Modality, 'name' | 'title' | 'values'>[]): {
  readonly form: SequenceForm;
  readonly bytes: number;
} {
  let channel = 0;
  const placed = modalities.map((one): Modality => {
    const bytes = one.values > 256 ? 2 : 1;
    channel += bytes;
    return { ...one, channel: channel - bytes, bytes };
  });
  return { form: { kind: 'sequence', modalities: placed }, bytes: channel };
}

/** In words, the first value of windows `[...][steps][1][bytes]` beyond what its modality has, of
 * those from `first` to before `end`; a network would look for it past the end of its table. */
export function strayStep(
  { modalities }: SequenceForm,
  [steps, , width]: Shape,
  values: Uint8Array,
  first = 0,
  end = Infinity,
): string | undefined {
  const window = steps * width;
  for (let at = first * window; at < Math.min(values.length, end * window); at += width) {
    for (const modality of modalities) {
      const value = stepValue(values, at, modality);
      if (value < modality.values) continue;
      const place = at / width;
      const where = `step ${(place % steps) + 1} of example ${Math.floor(place / steps) + 1}`;
      return `${where} has the ${modality.title} ${value}, and its card has values below ${modality.values}`;
    }
  }
  return undefined;
}

/** What is wrong with where modalities stand in a window of this shape, in words. */
export function formFault({ modalities }: SequenceForm, [, across, width]: Shape): string | undefined {
  if (across !== 1) return `windows of steps are [steps, 1, bytes], and these have ${across} in their middle`;
  const taken = new Map<number, string>();
  const names = new Set<string>();
  for (const { name, channel, bytes, values } of modalities) {
    if (names.has(name)) return `there are two modalities "${name}"`;
    names.add(name);
    if (values > 256 ** bytes) return `the modality "${name}" has ${values} values in one byte`;
    for (let byte = channel; byte < channel + bytes; byte += 1) {
      if (byte >= width) return `the modality "${name}" stands in byte ${byte}, and a step has ${width}`;
      const other = taken.get(byte);
      if (other !== undefined) return `the modalities "${other}" and "${name}" stand in the same byte, ${byte}`;
      taken.set(byte, name);
    }
  }
  return undefined;
}
