/** Numbers as people of several countries type them, and what to say of those that can be read in
 * two ways or in none. */

/** Spaces of every width, apostrophes and the underscore: between groups of three digits, they part
 * thousands. */
const BETWEEN_GROUPS = String.raw`[\s'’_]`;

/** The ways to write digits. Where one says which sign parts thousands, it is taken out; the other
 * is the decimal sign. */
const WAYS: readonly { readonly form: RegExp; readonly thousands: RegExp }[] = [
  // 1500000, 1.5, .5 and 1.
  { form: /^(\d+\.?\d*|\.\d+)$/, thousands: /(?!)/g },
  // 1,500,000 and 1,500.5. A number does not begin with a group of zeros: 0,015 is no fifteen.
  { form: /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/, thousands: /,/g },
  // 1.500.000 and 1.500,5: one dot alone is the decimal sign of this program's own numbers.
  { form: /^[1-9]\d{0,2}(\.\d{3}){2,}(,\d*)?$|^[1-9]\d{0,2}\.\d{3},\d*$/, thousands: /\./g },
  // 1 500 000, and 1 500,5 as 1 500.5.
  {
    form: new RegExp(String.raw`^[1-9]\d{0,2}(${BETWEEN_GROUPS}\d{3})+([.,]\d*)?$`),
    thousands: new RegExp(BETWEEN_GROUPS, 'g'),
  },
  // 1,5 and 0,015: no group of three, or none of thousands.
  { form: /^(\d*,(?!\d{3}$)\d+|0+,\d+|\d{4,},\d+|,\d+)$/, thousands: /(?!)/g },
];

/** `1.5 M`, `1,5M`, `200k`, `1,500,000`, `1.500.000` and `1 500 000` are numbers; what is none
 * stays text, for the schema to refuse. */
export function parseNumber(text: string): number | string {
  const match = /^([+-]?)([\d.,\s'’_]*[\d.,])(e[+-]?\d+)?\s*([kMG]?)$/i.exec(text.trim());
  const plain = match && plainDigits(match[2] ?? '');
  if (match === null || plain === undefined) return text;
  const factor = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[(match[4] ?? '').toLowerCase()] ?? 1;
  const value = Number(`${match[1] ?? ''}${plain ?? ''}${match[3] ?? ''}`) * factor;
  return Number.isFinite(value) ? value : text;
}

/** Digits with a dot as decimal sign and nothing between groups. */
function plainDigits(digits: string): string | undefined {
  const way = WAYS.find(({ form }) => form.test(digits));
  return way && digits.replace(way.thousands, '').replace(',', '.');
}

/** Parted by spaces, commas and semicolons; between semicolons, a comma can be a decimal sign. */
export function parseNumbers(text: string): readonly (number | string)[] {
  const partsOf = (part: string): readonly string[] =>
    text.includes(';') && typeof parseNumber(part) === 'number' ? [part] : part.split(/[\s,]+/);
  const parts = text.split(';').flatMap(partsOf);
  return parts.filter((part) => part !== '').map(parseNumber);
}

/** What is wrong with a text that is no number. */
export function numberWords(text: unknown): string {
  const isNearly = typeof text === 'string' && /\d/.test(text) && /[.,\s'’_]/.test(text.trim());
  return isNearly
    ? `“${text.trim()}” can be read in more than one way: write 1500000, 1,500,000 or 1.5M.`
    : 'Enter a number.';
}
