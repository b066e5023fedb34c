/** The table of the program as results to learn from: of the students that a space has, as that
 * space writes them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SHIPPED_TABLE } from '../../../src/bridge/words/prior-words.ts';
import { familyNamesFor, studentSpace } from '../../../src/core/arch/families/registry.ts';
import { isMember } from '../../../src/core/space/lattice.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import { priorOfTable } from '../../../src/core/strategies/table-prior.ts';

const file = `resources/tables/${SHIPPED_TABLE.name}.json`;
const table = parseTable(JSON.parse(readFileSync(file, 'utf8')), file);
const rows = table.families.flatMap((family) => family.rows.map((row) => ({ family, row })));
const of = (shape: readonly number[], families = familyNamesFor({})) =>
  priorOfTable(table, 'accuracy', studentSpace(families, { inputShape: shape, classes: 10 }));

describe('the table of the program', () => {
  it('tells of every student that it was recorded with, each by its own accuracy', () => {
    const prior = of([28, 28, 1]);
    expect(prior).toHaveLength(rows.length);
    expect(prior.map(({ value }) => value)).toEqual(rows.map(({ row }) => row.metrics['accuracy']));
    expect(new Set(prior.map(({ source }) => source))).toEqual(new Set([SHIPPED_TABLE.name]));
  });

  it('writes no level of a part that a student lacks: the table gives a ResNet without third stage its width', () => {
    const prior = of([28, 28, 1], ['resnet']);
    const without = prior.filter(({ candidate }) => candidate.config['blocks3'] === 0);
    expect(without.length).toBeGreaterThan(0);
    for (const { candidate } of without) expect('width3' in candidate.config).toBe(false);
  });

  it('tells of images of another size what those students can be there, and nothing of the others', () => {
    const space = studentSpace(familyNamesFor({}), { inputShape: [32, 32, 3], classes: 100 });
    const prior = priorOfTable(table, 'accuracy', space);
    expect(prior.length).toBeGreaterThan(100);
    expect(prior.length).toBeLessThan(rows.length);
    for (const { candidate } of prior) {
      const family = space.families.find(({ name }) => name === candidate.family);
      expect(family && isMember(family, candidate.config)).toBe(true);
    }
    // Patches of 7 pixels cut no image of 32.
    expect(prior.some(({ candidate }) => candidate.config['patch'] === 7)).toBe(false);
  });

  it('tells nothing of a wide space: a student of which half is read would be another one', () => {
    const wide = studentSpace(
      familyNamesFor({}),
      { inputShape: [28, 28, 1], classes: 10 },
      { kind: 'wide', scale: 100_000 },
    );
    expect(priorOfTable(table, 'accuracy', wide)).toEqual([]);
  });

  it('tells of the searched families alone, and of nothing that it has not measured', () => {
    expect(new Set(of([28, 28, 1], ['vit', 'resnet']).map(({ candidate }) => candidate.family))).toEqual(
      new Set(['resnet', 'vit']),
    );
    const space = studentSpace(['vit'], { inputShape: [28, 28, 1], classes: 10 });
    expect(priorOfTable(table, 'unheardOf', space)).toEqual([]);
  });
});
