/** A learned space for strategies that need one: every configuration of any family has a place, by
 * the names of its levels. */
import type { Embedding } from '../../src/core/strategies/embedding.ts';

const LENGTH = 3;

export const ANY_EMBEDDING: Embedding = {
  name: 'any',
  length: LENGTH,
  covers: () => true,
  vectorOf(config) {
    const vector = new Float64Array(LENGTH);
    for (const [name, level] of Object.entries(config)) {
      const text = `${name}=${level}`;
      for (let j = 0; j < text.length; j++) vector[j % LENGTH]! += Math.sin((j + 1) * text.charCodeAt(j));
    }
    return vector;
  },
};
