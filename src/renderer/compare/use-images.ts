/** Validation images as addresses of pictures, read when first shown and kept for the window. */
import { shallowReactive } from 'vue';
import { MOST_IMAGES } from '../../bridge/schemas/review.ts';
import { useClient } from '../api.ts';
import { pictureAt, pngAddress } from '../review/image-data.ts';

/** By `<data set> <index>`. */
const kept = shallowReactive(new Map<string, string>());

export function useImages() {
  const client = useClient();
  const addressOf = (dataset: string, index: number): string | undefined => kept.get(`${dataset} ${index}`);

  async function read(dataset: string, indices: readonly number[]): Promise<void> {
    const missing = indices.filter((index) => addressOf(dataset, index) === undefined);
    for (let start = 0; start < missing.length; start += MOST_IMAGES) {
      const asked = missing.slice(start, start + MOST_IMAGES);
      const { shape, pixels } = await client.review.images({ dataset, indices: asked });
      asked.forEach((index, place) => kept.set(`${dataset} ${index}`, pngAddress(pictureAt(pixels, shape, place))));
    }
  }

  return { addressOf, read };
}
