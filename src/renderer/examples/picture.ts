/** Pixels of a data set's images as pictures. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `[height][width][4]` */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Of `[height][width][channels]`; one channel is grey, three are colours. */
export function pictureAt(pixels: Uint8Array, shape: readonly number[]): Picture {
  const [height = 0, width = 0, channels = 1] = shape;
  const rgba = new Uint8ClampedArray(height * width * 4);
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      rgba[pixel * 4 + channel] = pixels[pixel * channels + Math.min(channel, channels - 1)] ?? 0;
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba };
}

/** `data:image/png;base64,...` */
export function pngAddress({ width, height, rgba }: Picture): string {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas.toDataURL('image/png');
}
