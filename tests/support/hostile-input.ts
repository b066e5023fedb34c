/** Inputs for a method of the bridge: anything at all, and what its schema allows with faults in
 * it. */
import fc from 'fast-check';
import { z } from '../../src/core/records/zod.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const TEXTS = [
  ...[
    '',
    ' ',
    '../../etc/passwd',
    '..\\..\\windows',
    '/etc/passwd',
    'C:\\',
    '\0',
    'a\0b',
    '%2e%2e%2f',
    'file:///etc/passwd',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'NaN',
    'Infinity',
    'null',
    "'; DROP TABLE run; --",
    '<script>',
    '\u202e',
    '💥',
  ],
  ...['a'.repeat(5000), 'run_1', 'run_1-0000', '\ud800'],
];
const NUMBERS = [NaN, Infinity, -Infinity, -0, 0, -1, 0.5, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, 2 ** 53, 2 ** 64];

/** What no schema of ours has in it, or too much of it. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    [],
    {},
    7n,
    new Date(NaN),
    new Uint8Array(3),
    new Map([['a', 1]]),
    () => 1,
  ),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as unknown),
  fc.constant(deep(500)),
  fc.constant(new Array(20_000).fill('x')),
  fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
);

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}

/** `input` of a contract's method; absent where it takes none. */
export function hostileInputs(input: z.ZodType | undefined): fc.Arbitrary<unknown> {
  if (input === undefined) return hostile;
  // Sound: a JSON Schema is an object, or true.
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  return fc.oneof({ weight: 1, arbitrary: hostile }, { weight: 4, arbitrary: faulty(schema) });
}

/** As the schema says, but now and then not. */
function faulty(schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: lawful(schema) }, { weight: 1, arbitrary: hostile });
}

function lawful(schema: JsonSchema): fc.Arbitrary<unknown> {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined; // of JSON Schema
  if (choices !== undefined) return fc.oneof(...choices.map(faulty));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[])); // checked just now
  if ('const' in schema) return fc.constant(schema['const']);
  switch (schema['type']) {
    case 'object':
      return objects(schema);
    case 'array': {
      const items = (schema['items'] ?? {}) as JsonSchema; // of JSON Schema
      return fc.array(faulty(items), { maxLength: 4 });
    }
    case 'string':
      return fc.oneof(
        fc.constantFrom(...TEXTS),
        fc.string({ maxLength: 40, unit: 'binary' }),
        fc.stringMatching(/^[a-z0-9_-]{1,20}$/),
      );
    case 'integer':
      return fc.oneof(fc.integer({ min: -2, max: 300 }), fc.constantFrom(...NUMBERS));
    case 'number':
      return fc.oneof(fc.double(), fc.constantFrom(...NUMBERS));
    case 'boolean':
      return fc.boolean();
    default:
      return hostile;
  }
}

function objects(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>; // of JSON Schema
  const model = Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, faulty(inner)]));
  const required = (schema['required'] ?? []) as string[]; // of JSON Schema
  const known = fc.record(model, { requiredKeys: required });
  const surplus = fc.dictionary(fc.constantFrom('more', '__proto__', 'id', 'constructor', '$where'), hostile, {
    maxKeys: 1,
  });
  return fc.oneof(
    { weight: 5, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, surplus).map(([one, other]) => ({ ...one, ...other })) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
  );
}
