import { expect, test } from 'vitest';
import { checkInput } from '../../src/renderer/form/check-input.ts';
import { formField, isAbout, levelChoices } from '../../src/renderer/form/own-levels.ts';
import { draftToInput, initialDraft, inputToDraft, isShown, searchFields } from '../../src/renderer/form/form-model.ts';
import { levelsRows, levelsToText, rowsToText, textToLevels } from '../../src/bridge/words/levels-text.ts';

const LEVELS = { resnet: { width2: [16, 24], kernel1: [3] }, 'mobilenet-v3': { activation: ['swish'] } };
const TEXT = 'resnet.width2: 16, 24; resnet.kernel1: 3; mobilenet-v3.activation: swish';
const fields = searchFields();
const draftOf = (changes: object) => ({ ...initialDraft(fields), name: 'x', ...changes });

test('levels are written and read as one line', () => {
  expect(levelsToText(LEVELS)).toBe(TEXT);
  expect(textToLevels(TEXT)).toEqual(LEVELS);
  expect(textToLevels('resnet.width2:')).toEqual({ resnet: { width2: [] } });
});

test('names of no family are passed on for the host to refuse, and change nothing else', () => {
  textToLevels('__proto__.polluted: 1; constructor.polluted: 2');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(Reflect.get(Object, 'polluted')).toBeUndefined();
});

test('a form has them for a wide space alone, both ways', () => {
  const field = fields.find(({ path }) => path === 'levels');
  expect(field?.kind).toBe('levels');
  expect(field && isShown(field, draftOf({ space: 'compact' }))).toBe(false);
  const input = draftToInput(fields, draftOf({ space: 'wide', levels: TEXT }), {});
  expect(input).toMatchObject({ space: 'wide', levels: LEVELS });
  expect(inputToDraft(fields, input)['levels']).toBe(TEXT);
  expect(draftToInput(fields, draftOf({ space: 'compact', levels: TEXT }), {})).not.toHaveProperty('levels');
});

test('a row keeps what is typed, and nothing in it makes another row', () => {
  expect(levelsRows('resnet.width2: 16, ; vit.blocks: ')).toEqual([
    { key: 'resnet.width2', values: '16, ' },
    { key: 'vit.blocks', values: '' },
  ]);
  expect(rowsToText([{ key: 'vit.blocks', values: '2; resnet.width2: 4' }])).toBe('vit.blocks: 2 resnet.width2: 4');
  expect(levelsRows('width 16')).toBeUndefined();
});

test('a dimension is offered with the levels that it has, and a fault is that of its row', () => {
  const dimensions = [{ name: 'blocks', title: 'Blocks', levels: [1, 2] }];
  expect(levelChoices([{ family: 'vit', title: 'ViT', dimensions }])).toEqual([
    { value: 'vit.blocks', title: 'ViT: Blocks', note: '1, 2' },
  ]);
  expect([formField('levels.vit.blocks'), formField('limits.params'), formField(undefined)]).toEqual([
    ...['levels', 'limits.params', undefined],
  ]);
  const [row, other] = [
    { key: 'vit.blocks', values: '99' },
    { key: 'vit.width', values: '8' },
  ];
  expect([isAbout(row, 'levels.vit.blocks: no'), isAbout(other, 'levels.vit.blocks: no')]).toEqual([true, false]);
  expect([isAbout(row, 'Write'), isAbout(row, undefined)]).toEqual([true, false]);
});

test('text that is none is refused in words that show how', () => {
  const { faults } = checkInput(draftToInput(fields, draftOf({ space: 'wide', levels: 'width 16' }), {}));
  expect(faults.get('levels')).toBe('Write resnet.width2: 16, 24, 32; vit.blocks: 2, 4.');
});
