import { describe, expect, it } from 'vitest';
import { inputOf } from '../../src/bridge/config/config-input.ts';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import { parseSearchText } from '../../src/bridge/config/parse-config.ts';
import { setupJson } from '../../src/bridge/config/setup-text.ts';
import { setupGroups } from '../../src/bridge/words/setup-words.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import type { SetupView } from '../../src/bridge/schemas/setup.ts';
import type { SearchConfig } from '../../src/core/records/run.ts';
import { studentSpace } from '../../src/core/arch/families/registry.ts';
import { limitsInForce, spaceKindOf } from '../../src/host/runs/space-kind.ts';
import { familied } from '../support/familied.ts';

const CARD = { shape: [28, 28, 1] as const, classes: Array.from({ length: 10 }, (_, i) => `${i}`) };
const TEACHER = 800_000;
const LARGEST = { params: 1, macs: 1 };

const parse = (changes: object) =>
  familied(searchInputSchema.parse({ name: 'wide', space: 'wide', families: ['resnet', 'vit'], ...changes }));
const kindOf = (changes: object) => spaceKindOf(parse(changes), CARD, TEACHER);

const setupOf = (config: SearchConfig): SetupView => ({
  run: {
    ...{ id: 'r1', name: 'wide', state: 'finished', config, strategyVersion: 1, sample: false },
    ...{ createdAt: '2026-02-03T04:05:06.000Z', seconds: 1 },
  },
  ...{ families: [], earlier: [] },
});

describe('the space of a search', () => {
  it('stands about what the limits leave, else a quarter of the teacher, else 100,000 params', () => {
    expect(kindOf({ limits: { params: 5_000 } })).toMatchObject({ kind: 'wide', scale: 6_250 });
    expect(kindOf({ limits: { params: 5_000_000 } })).toMatchObject({ scale: 6_400_000 });
    expect(kindOf({})).toMatchObject({ scale: 200_000 });
    expect(spaceKindOf(parse({}), CARD, undefined)).toMatchObject({ scale: 100_000 });
    // An imported teacher whose weights were not counted is not one of no size.
    expect(spaceKindOf(parse({}), CARD, 0)).toMatchObject({ scale: 100_000 });
    expect(kindOf({ scale: 90_000, limits: { params: 5_000 } })).toMatchObject({ scale: 100_000 });
    // 28 MACs a param, as reference students have, leave 3,570 params.
    expect(kindOf({ limits: { macs: 100_000 } })).toMatchObject({ scale: 3_125 });
  });

  it('has students of at most a quarter of the teacher where nothing is limited, and no limit of its own else', () => {
    const inForce = (changes: object, teacher: number | undefined = TEACHER) => limitsInForce(parse(changes), teacher);
    expect(inForce({})).toEqual({ params: 200_000 });
    // A tiny teacher leaves the families something to choose from.
    expect(inForce({}, 400)).toEqual({ params: 5_000 });
    expect(inForce({}, 0)).toEqual({});
    expect(limitsInForce(parse({}), undefined)).toEqual({});
    expect(inForce({ limits: { macs: 100_000 } })).toEqual({ macs: 100_000 });
    expect(inForce({ scale: 90_000 })).toEqual({});
    expect(inForce({ space: 'compact' })).toEqual({});
    expect(inForce({ students: [{ family: 'vit', config: {} }], strategy: { id: 'listed' } })).toEqual({});
  });

  it('records the levels that are in force, and makes the same families of them', () => {
    const kind = kindOf({ levels: { resnet: { width2: [8, 40] } } });
    const families = studentSpace(['resnet', 'vit'], { inputShape: CARD.shape, classes: 10 }, kind).families;
    if (kind.kind !== 'wide') throw new Error('it is compact');
    expect(kind.levels?.['resnet']?.['width2']).toEqual([8, 40]);
    expect(Object.keys(kind.levels?.['vit'] ?? {})).toEqual(families[1]?.dimensions.map(({ name }) => name));
    expect(kind.own).toEqual({ resnet: { width2: [8, 40] } });
  });

  it('is asked for again by the configuration that a run keeps; a compact one leaves no trace', () => {
    const levels = { resnet: { width2: [8, 40] } };
    const config = expandConfig(parse({ levels }), LARGEST, { space: kindOf({ levels }) });
    expect(inputOf(config)).toMatchObject({ space: 'wide', scale: 200_000, levels });
    const compact = expandConfig(parse({ space: 'compact' }), LARGEST, { space: { kind: 'compact' } });
    expect(compact.space).toBeUndefined();
    expect(inputOf(compact)).toMatchObject({ space: 'compact' });
  });

  it('comes back from the file that a set-up is copied to, and is said in words', () => {
    const levels = { resnet: { width2: [8, 40] } };
    const config = expandConfig(parse({ levels }), LARGEST, { space: kindOf({ levels }) });
    const again = familied(parseSearchText(setupJson(config)));
    expect(expandConfig(again, LARGEST, { space: spaceKindOf(again, CARD, undefined) })).toEqual(config);
    const words = (one: typeof config) =>
      new Map(setupGroups(setupOf(one)).find(({ title }) => title === 'Students')?.rows);
    expect(words(config).get('Own levels')).toBe('resnet.width2: 8, 40');
    expect(words(config).get('Parameters, about')).toBe('200,000');
    const compact = expandConfig(parse({ space: 'compact' }), LARGEST);
    expect([...words(compact).values()]).toEqual(['few, for whole networks (compact)']);
  });

  it.each([
    [{ space: 'compact', levels: {} }, 'levels'],
    [{ space: 'compact', scale: 5000 }, 'scale'],
    [{ levels: { alexnet: { width: [1] } } }, 'levels.alexnet'],
    [{ levels: { coatnet: { width1: [4] } } }, 'levels.coatnet'],
    [{ levels: { vit: { width: [] } } }, 'levels.vit.width'],
    [{ levels: { vit: { width: [12] } } }, 'levels.vit.width'],
  ])('%j is refused by its field', (changes, field) => {
    expect(() => kindOf(changes)).toThrow(expect.objectContaining({ place: expect.objectContaining({ field }) }));
  });
});
