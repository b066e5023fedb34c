/** Flips and shifts move whole pixels: a batch made on the device equals the one made by hand. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { gatherImages, residentImages, viewOf } from '../../src/compute/data/augment.ts';
import type { View } from '../../src/compute/data/augment.ts';
import { withoutNativeKernels } from '../../src/compute/backend/native.ts';

const SHAPE = [5, 4, 1] as const;
const PIXELS = Uint8Array.from({ length: 3 * 20 }, (_, index) => index + 1);
const split = { count: 3, pixels: PIXELS, labels: Uint8Array.of(0, 1, 0) };

/** What a view shows: pixel (row - down, column - right) of the image, mirrored afterwards; black
 * outside. */
function byHand(sample: number, { down, right, flipped }: View): number[] {
  return Array.from({ length: 20 }, (_, place) => {
    const row = Math.floor(place / 4) - down;
    const shown = flipped ? 3 - (place % 4) : place % 4;
    const column = shown - right;
    const inside = row >= 0 && row < 5 && column >= 0 && column < 4;
    return inside ? (PIXELS[sample * 20 + row * 4 + column] ?? 0) : 0;
  });
}

describe('gatherImages', () => {
  beforeAll(async () => void (await loadBackend()));

  it('shows every flip and shift without blending neighbours or losing a border row', () => {
    const data = residentImages(split, SHAPE, { mean: 0, deviation: 1 / 255 }, { shift: 2 });
    for (let down = -2; down <= 2; down++) {
      for (let right = -2; right <= 2; right++) {
        for (const flipped of [false, true]) {
          const view = { down, right, flipped };
          const batch = gatherImages(data, Int32Array.of(2, 0), [view, view]);
          const shown = [...batch.dataSync<'float32'>()];
          batch.dispose();
          const wanted = [...byHand(2, view), ...byHand(0, view)];
          shown.forEach((value, index) => expect(value).toBeCloseTo(wanted[index] ?? Number.NaN, 3));
        }
      }
    }
    data.dispose();
  });

  it('blots out exactly the hole, in every channel, after the flip, and leaves the rest to the bit', () => {
    const shape = [5, 4, 2] as const;
    const pixels = Uint8Array.from({ length: 2 * 40 }, (_, index) => index + 1);
    const colours = { count: 2, pixels, labels: Uint8Array.of(0, 1) };
    const data = residentImages(colours, shape, { mean: 0.1, deviation: 0.2 });
    const plain: View = { down: 0, right: 0, flipped: true };
    const hole = { top: 1, bottom: 3, left: 0, right: 3 };
    const whole = gatherImages(data, Int32Array.of(1, 0), [plain, plain]);
    const cut = gatherImages(data, Int32Array.of(1, 0), [{ ...plain, holes: [hole] }, plain]);
    const [before, after] = [whole.dataSync<'float32'>(), cut.dataSync<'float32'>()];
    const blank = [...after].flatMap((value, index) => (Math.abs(value) === 0 ? [index] : []));
    const wanted = [1, 2].flatMap((row) =>
      [0, 1, 2].flatMap((column) => [0, 1].map((c) => (row * 4 + column) * 2 + c)),
    );
    expect(blank).toEqual(wanted);
    after.forEach((value, index) => expect(wanted.includes(index) || value === before[index]).toBe(true));
    tf.dispose([whole, cut]);
    data.dispose();
  });

  const masked = (): { readonly blank: readonly number[]; readonly differs: readonly number[] } => {
    const data = residentImages(split, SHAPE, { mean: 0, deviation: 1 / 255 });
    const plain: View = { down: 0, right: 0, flipped: false };
    const time = { top: 0, bottom: 5, left: 1, right: 2 };
    const band = { top: 3, bottom: 5, left: 0, right: 4 };
    const samples = Int32Array.of(0, 1, 2);
    const shown = gatherImages(data, samples, [{ ...plain, holes: [time, band] }, { ...plain, holes: [band] }, plain]);
    const values = shown.dataSync<'float32'>();
    const blank = [...values].flatMap((value, index) => (value === 0 ? [index] : []));
    const differs = [...values].flatMap((value, index) => {
      return value === 0 || Math.abs(value - (PIXELS[index] ?? 0)) < 1e-3 ? [] : [index];
    });
    shown.dispose();
    data.dispose();
    return { blank, differs };
  };
  const inTime = [1, 5, 9, 13, 17];
  const inBands = [12, 13, 14, 15, 16, 17, 18, 19];

  it('masks all rows of some columns and all columns of some rows, each sample its own', async () => {
    // Catches a second mask that is lost, for the ops of ours know one hole a view.
    const wanted = [...new Set([...inTime, ...inBands])].sort((left, right) => left - right);
    const all = [...wanted, ...inBands.map((place) => 20 + place)];
    expect(masked()).toEqual({ blank: all, differs: [] });
    expect(await withoutNativeKernels(() => Promise.resolve(masked()))).toEqual({ blank: all, differs: [] });
  });

  it('shows each byte, and the margin, as the device normalises it, to the bit', () => {
    const pixels = Uint8Array.from({ length: 256 * 3 }, (_, index) => Math.floor(index / 3));
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ] as const;
    const bytes = { count: 1, pixels, labels: Uint8Array.of(0) };
    const data = residentImages(bytes, [16, 16, 3], { mean, deviation });
    const wanted = tf.tidy(() => {
      const raw = tf.pad4d(tf.tensor4d(Float32Array.from(pixels), [1, 16, 16, 3]), [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      return tf.div(tf.sub(tf.div(raw, 255), tf.tensor1d([...mean])), tf.tensor1d([...deviation])).dataSync();
    });
    expect(data.images.dataSync()).toEqual(wanted);
    data.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const data = residentImages(split, SHAPE, { mean: 0.5, deviation: 0.5 });
    gatherImages(data, Int32Array.of(1)).dispose();
    data.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('viewOf', () => {
  const augmentation = { flip: true, shift: 2, cutout: 0, timeMask: 0, bandMask: 0 };
  const size = { height: 5, width: 4 };

  it('draws every shift and both flips about evenly, and differs between samples and views', () => {
    const views = Array.from({ length: 2000 }, (_, sample) => viewOf(1, sample, 0, augmentation, size));
    for (let shift = -2; shift <= 2; shift++) {
      // 400 expected; five standard deviations are 90.
      expect(Math.abs(views.filter((view) => view.down === shift).length - 400)).toBeLessThan(90);
      expect(Math.abs(views.filter((view) => view.right === shift).length - 400)).toBeLessThan(90);
    }
    expect(Math.abs(views.filter((view) => view.flipped).length - 1000)).toBeLessThan(112);
    const others = Array.from({ length: 2000 }, (_, sample) => viewOf(1, sample, 1, augmentation, size));
    const same = others.filter((view, sample) => JSON.stringify(view) === JSON.stringify(views[sample])).length;
    expect(same).toBeLessThan(100); // 1 in 50 expected
  });

  it('shows images as they are when nothing is asked for', () => {
    const plain = viewOf(3, 4, 5, { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0 }, size);
    expect(plain).toEqual({ down: 0, right: 0, flipped: false });
  });

  it('puts the centre of a hole on every pixel about evenly, and cuts the hole at the borders', () => {
    const views = Array.from({ length: 4000 }, (_, sample) =>
      viewOf(1, sample, 0, { ...augmentation, cutout: 3 }, size),
    );
    const holes = views.flatMap(({ holes = [] }) => holes);
    expect(holes).toHaveLength(4000);
    for (const { top, bottom, left, right } of holes) {
      expect(top >= 0 && bottom <= 5 && left >= 0 && right <= 4).toBe(true);
      // A centre on the border leaves two of three rows.
      expect([2, 3]).toContain(bottom - top);
      expect([2, 3]).toContain(right - left);
    }
    // 4000 / 20 expected for each centre; five standard deviations are 69.
    const corner = holes.filter(
      ({ top, bottom, left, right }) => top === 0 && bottom === 2 && left === 0 && right === 2,
    );
    expect(Math.abs(corner.length - 200)).toBeLessThan(69);
  });

  it('draws masks of every width up to the widest, anywhere, over all of the other axis', () => {
    const asked = { ...augmentation, flip: false, shift: 0, timeMask: 3, bandMask: 9 };
    const views = Array.from({ length: 4000 }, (_, sample) => viewOf(1, sample, 0, asked, size));
    const time = views.map(({ holes = [] }) => holes.find(({ top, bottom }) => top === 0 && bottom === 5));
    const band = views.map(({ holes = [] }) => holes.find(({ left, right }) => left === 0 && right === 4));
    const widths = (counts: readonly number[], classes: number): readonly number[] =>
      Array.from({ length: classes }, (_, wide) => counts.filter((one) => one === wide).length);
    // Five standard deviations of 1000 and of 667 are 137 and 118. A mask of all bands may stand in
    // for one of time.
    for (const count of widths(
      time.map((one) => (one ? one.right - one.left : 0)).filter((one) => one < 4),
      4,
    )) {
      expect(Math.abs(count - 1000)).toBeLessThan(180);
    }
    // Bands are 5, whatever is asked for.
    for (const count of widths(
      band.map((one) => (one ? one.bottom - one.top : 0)),
      6,
    )) {
      expect(Math.abs(count - 667)).toBeLessThan(118);
    }
  });

  it('flips and shifts as ever when holes are asked for too, so that a hole is all that differs', () => {
    for (let sample = 0; sample < 50; sample++) {
      const { holes: _, ...rest } = viewOf(1, sample, 2, { ...augmentation, cutout: 4 }, size);
      expect(rest).toEqual(viewOf(1, sample, 2, augmentation, size));
    }
  });
});
