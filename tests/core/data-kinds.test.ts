import { describe, expect, test } from 'vitest';
import {
  DATA_KINDS,
  dataKindOf,
  fittingAugmentation,
  saidOf,
  strangeAugmentations,
} from '../../src/core/data-kinds.ts';

describe('a sentence with places for the noun', () => {
  const said = (kind: keyof typeof DATA_KINDS, text: string): string => saidOf(DATA_KINDS[kind].noun, text);

  // A page of sound spoke of "an recording", or of images.
  test.each([
    ['Shape of {a one}', 'Shape of an image', 'Shape of a recording', 'Shape of an answer'],
    ['{Many} of this page', 'Images of this page', 'Recordings of this page', 'Answers of this page'],
    ['MACs per {one}', 'MACs per image', 'MACs per recording', 'MACs per answer'],
    ['Training {many}', 'Training images', 'Training recordings', 'Training answers'],
    ['{One} 7', 'Image 7', 'Recording 7', 'Answer 7'],
  ])('%s', (text, ofImages, ofSound, ofSequences) => {
    expect(said('image', text)).toBe(ofImages);
    expect(said('spectrogram', text)).toBe(ofSound);
    expect(said('sequence', text)).toBe(ofSequences);
  });

  // A class or a data set called "image" was said as "answer".
  test.each(['Training images of my-image', '{other} and {}'])('leaves all other words alone: %s', (text) =>
    expect(said('sequence', text)).toBe(text),
  );
});

test('a card that says nothing of its examples has images, as every card of an earlier version', () => {
  expect(dataKindOf({})).toBe(DATA_KINDS.image);
});

describe('augmentations that a kind does not take', () => {
  const asked = { flip: true, shift: 2, cutout: 3, mixup: 0.2, timeMask: 4, bandMask: 0 };

  test('are those that are asked for and that its table lacks', () => {
    expect(strangeAugmentations(DATA_KINDS.image, asked)).toEqual(['timeMask']);
    expect(strangeAugmentations(DATA_KINDS.spectrogram, asked)).toEqual(['flip', 'shift', 'cutout']);
    expect(strangeAugmentations(DATA_KINDS.sequence, { ...asked, flip: false })).not.toContain('flip');
  });

  test('are left out of a recipe that was made for another kind', () => {
    const fitting = fittingAugmentation(DATA_KINDS.spectrogram, asked);
    expect(fitting).toEqual({ flip: false, shift: 0, cutout: 0, mixup: 0.2, timeMask: 4, bandMask: 0 });
    expect(fittingAugmentation(DATA_KINDS.image, { ...asked, timeMask: 0 })).toEqual({ ...asked, timeMask: 0 });
  });
});
