/** zod as every schema takes it, and what schemas of records share. Its first object parse tries
 * `eval`, which the content security policy refuses. */
import { z } from 'zod';
import { messageOf } from '../errors.ts';

z.config({ jitless: true });

export { z };

export const count = z.int().min(0);

/** ISO 8601, as `toISOString` writes it. */
export const moment = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z$/, 'expected a moment');

/** SHA-256, in hex. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hex');
/** It may be NaN or infinite: `z.number()` refuses both. */
export const anyNumber = z.custom<number>((value) => typeof value === 'number', 'expected a number');

/** What a run, a student or a piece of work is called among its kind. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Read-only on both sides of a process. */
export const list = <T extends z.ZodType>(item: T) => readOnly(z.array(item));

/** Records that the host has made itself: to look into each field of thousands takes longer than to
 * read them. */
export const sentList = <T>(what: string) =>
  z.custom<readonly T[]>((value) => Array.isArray(value), `expected ${what}`);

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
export const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'expected floats');

/** The record that a schema describes. Its lists are read-only, its objects by the house's rule. */
export type RecordOf<S extends z.ZodType> = ReadonlyDeep<z.output<S>>;

type ReadonlyDeep<T> = T extends ArrayBufferView
  ? T
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T;

/**
 * An array that is read only by its type. zod's own `.readonly()` freezes what it was given even
 * where it refuses it, and throws at a typed array, which a page may send.
 */
export function readOnly<T extends z.ZodType>(
  schema: z.ZodArray<T>,
): z.ZodType<readonly z.output<T>[], readonly z.input<T>[]> {
  return schema;
}

/** Of what a schema refuses, the first thing that is wrong, in words: `splits.train.count: ...`. Of
 * anything else thrown, what it says. */
export function faultOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const fault = issue?.message ?? 'it is not valid';
  return field === '' ? fault : `${field}: ${fault}`;
}

/** What an input becomes once its defaults are filled in: a field with a default is never
 * missing. */
export function complete<S extends z.ZodType>(input: S): z.ZodType<z.output<S>> {
  // Sound: fields lose their defaults, and keep what they accept.
  return withoutDefaults(input) as z.ZodType<z.output<S>>;
}

function withoutDefaults(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = schema.unwrap();
    return withoutDefaults(inner instanceof z.ZodOptional ? inner.unwrap() : inner);
  }
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(Object.entries(schema.shape).map(([key, field]) => [key, withoutDefaults(field)]));
    return z.core.clone(schema, { ...schema.def, shape });
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return z.core.clone(schema, { ...schema.def, options: schema.options.map(withoutDefaults) });
  }
  return schema;
}
