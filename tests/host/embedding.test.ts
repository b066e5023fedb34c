/** The embedding of cells that the program comes with: whole, as good as it says, and refused in
 * words where it is not what it says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cellsFamily } from '../../src/core/arch/families/cells/cells.ts';
import { enumerateFamily } from '../../src/core/space/lattice.ts';
import { embeddingIn, readEmbedding, testing } from '../../src/host/library/embedding.ts';
import { testing as writing } from '../../scripts/embedding/embedding-file.ts';

const SHIPPED = embeddingIn('resources');
const card = JSON.parse(readFileSync(SHIPPED, 'utf8')) as Readonly<Record<string, unknown>>; // our own
const folder = mkdtempSync(join(tmpdir(), 'embedding-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the shipped embedding of cells', () => {
  it('gave back 98 % of ops and of edges of the cells that training had not seen', () => {
    expect(card['heldOut']).toMatchObject({ codes: 1563 });
    const { ops, edges } = card['heldOut'] as { readonly ops: number; readonly edges: number };
    expect(Math.min(ops, edges)).toBeGreaterThan(0.98);
  });

  it('has a place of its own for each network of the family', async () => {
    const embedding = await readEmbedding(SHIPPED);
    const family = cellsFamily({ inputShape: [28, 28, 1], classes: 10 });
    expect(embedding.covers(family)).toBe(true);
    const codes = [...enumerateFamily({ ...family, costs: () => ({}) })];
    const places = codes.map((config) => embedding.vectorOf(config)?.join());
    expect([codes.length, new Set(places).size, embedding.length]).toEqual([1065, 1065, 16]);
    expect(places).not.toContain(undefined);
  });

  it('is of all ops of the benchmark, by its own names too', async () => {
    const embedding = await readEmbedding(SHIPPED);
    const edges = ['edge01', 'edge02', 'edge12', 'edge03', 'edge13', 'edge23'];
    const code = (op: string) => Object.fromEntries(edges.map((edge) => [edge, op]));
    for (const [ours, theirs] of [
      ['skip', 'skip_connect'],
      ['pool3x3', 'avg_pool_3x3'],
      ['conv1x1', 'nor_conv_1x1'],
      ['conv3x3', 'nor_conv_3x3'],
    ] as const) {
      const place = embedding.vectorOf(code(ours));
      expect(place?.every(Number.isFinite)).toBe(true);
      expect(embedding.vectorOf(code(theirs))).toEqual(place);
    }
  });
});

describe('a half', () => {
  // IEEE 754-2008, binary16: bits and values.
  const known = [
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0x0000, 0],
  ] as const;
  it.each(known)('%i is %f, and the other way round', (bits, value) => {
    expect(testing.numberOf(bits)).toBe(value);
    expect(writing.halfOf(value)).toBe(bits);
  });

  it('rounds to the nearest, ties to even, into the next power of two where that is nearest', () => {
    expect(writing.halfOf(1 + 2 ** -11)).toBe(0x3c00);
    expect(writing.halfOf(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(writing.halfOf(1.99999)).toBe(0x4000);
    expect(writing.halfOf(1e6)).toBe(0x7c00);
  });
});

describe('an embedding that is none', () => {
  const bytes = Buffer.from(String(card['values']), 'base64');
  const other = Buffer.from(bytes);
  other.writeUInt16LE(0x3c00, 100);
  const ops = card['ops'] as readonly (readonly string[])[];
  const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['is missing', undefined, /cannot be read/],
    ['is no JSON', '{', /is not one: the whole file/],
    ['is of another form', JSON.stringify({ ...card, format: 'trade-embedding/2' }), /is not one: format/],
    ['is of ops in another order', JSON.stringify({ ...card, ops: [...ops].reverse() }), /other codes than it says/],
    ['lacks an op', JSON.stringify({ ...card, ops: ops.slice(1) }), /does not have every code/],
    [
      'lacks vectors',
      JSON.stringify({ ...card, values: bytes.subarray(32).toString('base64') }),
      /does not have a vector for each code/,
    ],
    ['has another number in it', JSON.stringify({ ...card, values: other.toString('base64') }), /is damaged/],
  ];
  it.each(cases)('and %s is refused with its place and what to do', async (_, text, words) => {
    const file = join(folder, 'cells.json');
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    const refused = readEmbedding(file);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toMatchObject({
      code: 'config.unreadable',
      message: expect.stringMatching(/cells\.json\): install the program anew, or search with encoding "one-hot"\./),
    });
  });
});
