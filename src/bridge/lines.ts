/** Values as parts of lines of JSON, in the written forms of every transport: what JSON lacks
 * arrives as it was. */
import { StandardRPCJsonSerializer } from '@orpc/client/standard';
import { z } from '../core/records/zod.ts';
import { wireSerializers } from './numbers.ts';
import { assertPlain } from './plain-value.ts';

const serializer = new StandardRPCJsonSerializer({ customJsonSerializers: [...wireSerializers] });

/** Where in `json` a written form stands: the form's number, and the path. */
const writtenSchema = z.object({
  json: z.unknown(),
  meta: z.array(z.tuple([z.int()], z.union([z.string(), z.int()]))),
});

export interface Written {
  readonly json: unknown;
  readonly meta: readonly unknown[];
}

export function written(value: unknown): Written {
  const [json, meta] = serializer.serialize(value);
  return { json, meta };
}

/** Throws where it is no such value. */
export function read(line: unknown): unknown {
  assertPlain(line);
  const { json, meta } = writtenSchema.parse(line);
  return serializer.deserialize(json, meta);
}
