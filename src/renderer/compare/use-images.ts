/** Examples of the validation split as bytes, read when first shown and kept for the window. */
import { shallowReactive } from 'vue';
import { MOST_IMAGES } from '../../bridge/schemas/review.ts';
import { useClient } from '../api.ts';

interface KeptImage {
  readonly bytes: Uint8Array;
  /** Of its file, where that is kept. */
  readonly name?: string | undefined;
}

/** By `<data set> <index>`. */
const kept = shallowReactive(new Map<string, KeptImage>());

export function useImages() {
  const client = useClient();
  const imageOf = (dataset: string, index: number): KeptImage | undefined => kept.get(`${dataset} ${index}`);

  async function read(dataset: string, indices: readonly number[]): Promise<void> {
    const missing = indices.filter((index) => imageOf(dataset, index) === undefined);
    for (let start = 0; start < missing.length; start += MOST_IMAGES) {
      const asked = missing.slice(start, start + MOST_IMAGES);
      const { shape, pixels, names } = await client.review.images({ dataset, indices: asked });
      const size = shape.reduce((product, side) => product * side, 1);
      // A copy each: one that is kept would keep all that came with it.
      asked.forEach((index, place) => {
        const bytes = pixels.slice(place * size, (place + 1) * size);
        kept.set(`${dataset} ${index}`, { bytes, name: names?.[place] });
      });
    }
  }

  return { imageOf, read };
}
