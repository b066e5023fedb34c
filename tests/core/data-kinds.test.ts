import { describe, expect, test } from 'vitest';
import {
  DATA_KINDS,
  dataKindOf,
  fittingAugmentation,
  saidOf,
  strangeAugmentations,
} from '../../src/core/data-kinds.ts';

describe('a sentence that is written of images', () => {
  const said = (kind: keyof typeof DATA_KINDS, text: string): string => saidOf(DATA_KINDS[kind].noun, text);

  // A page of sound spoke of "an recording", or of images.
  test.each([
    ['Shape of an image', 'Shape of a recording', 'Shape of an answer'],
    ['Images of this page', 'Recordings of this page', 'Answers of this page'],
    ['MACs per image', 'MACs per recording', 'MACs per answer'],
    ['An image, IMAGE and image', 'A recording, Recording and recording', 'An answer, Answer and answer'],
    [
      'ImageNet is a name; imaged is a word',
      'ImageNet is a name; imaged is a word',
      'ImageNet is a name; imaged is a word',
    ],
  ])('%s', (text, ofSound, ofSequences) => {
    expect(said('spectrogram', text)).toBe(ofSound);
    expect(said('sequence', text)).toBe(ofSequences);
  });

  test.each(['Training images', 'Shape of an image', 'An image'])('of images stays as it is: %s', (text) =>
    expect(said('image', text)).toBe(text),
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
