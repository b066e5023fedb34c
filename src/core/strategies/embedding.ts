/** Where architectures stand in a space that was learned without any result: a door for searches,
 * which never read files. Configurations are found by the names of dimensions and levels, never by
 * their order. */
import type { Configuration, Dimension } from '../space/space.ts';

/** What a space is told by here. */
export interface EmbeddedFamily {
  readonly dimensions: readonly Pick<Dimension, 'name' | 'levels'>[];
}

export interface Embedding {
  readonly name: string;
  /** Numbers of a vector. */
  readonly length: number;
  /** Whether it has every configuration of these dimensions. */
  readonly covers: (family: EmbeddedFamily) => boolean;
  /** `[length]`; `undefined` for what is none of its space. */
  readonly vectorOf: (config: Configuration) => Float64Array | undefined;
}

/** Vectors of all codes of some ops on some edges. */
export interface CellVectors {
  readonly name: string;
  /** Dimensions. */
  readonly edges: readonly string[];
  /** Names of each op; one that other tables use means the same. */
  readonly ops: readonly (readonly string[])[];
  readonly length: number;
  /** Codes with the last edge turning fastest, `[ops ^ edges][length]`. */
  readonly values: Float64Array;
}

export function cellEmbedding({ name, edges, ops, length, values }: CellVectors): Embedding {
  const places = new Map(ops.flatMap((spellings, place) => spellings.map((spelling) => [spelling, place] as const)));
  return {
    ...{ name, length },
    covers: ({ dimensions }) =>
      dimensions.length === edges.length &&
      dimensions.every((dimension) => edges.includes(dimension.name)) &&
      dimensions.every(({ levels }) => levels.every((level) => places.has(String(level)))),
    vectorOf(config) {
      if (Object.keys(config).length !== edges.length) return undefined;
      let code = 0;
      for (const edge of edges) {
        const place = places.get(String(config[edge]));
        if (place === undefined) return undefined;
        code = code * ops.length + place;
      }
      return values.slice(code * length, (code + 1) * length);
    },
  };
}
