/** Written forms of the numbers that JSON and SQLite lose: NaN, the infinities, negative zero. */

const WORDS = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 } as const;

export type NumberWord = keyof typeof WORDS;
export const NUMBER_WORDS = ['NaN', 'Infinity', '-Infinity', '-0'] as const satisfies readonly NumberWord[];

export function isNumberWord(value: unknown): value is NumberWord {
  return typeof value === 'string' && Object.hasOwn(WORDS, value);
}

/** `undefined` for a number that JSON writes as it is. */
export function numberWord(value: number): NumberWord | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** The inverse of `numberWord`; throws on anything else. */
export function wordNumber(word: unknown): number {
  if (!isNumberWord(word)) throw new TypeError(`"${String(word)}" is not the written form of a number.`);
  return WORDS[word];
}

/** As text, its numbers in those forms. */
export const jsonWithWords = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'number' ? (numberWord(inner) ?? inner) : inner));
