/** Samples of a generator as one picture. */
import sharp from 'sharp';

const COLUMNS = 8;
/** Times that a pixel is repeated each way. */
const ZOOM = 3;

/** A PNG of images `[n][side][side][channels]` from −1 to 1, eight a row. */
export function sheetOf(images: Float32Array, side: number, channels: number): Promise<Buffer> {
  const size = side * side * channels;
  const count = images.length / size;
  const [width, height] = [COLUMNS * side, Math.ceil(count / COLUMNS) * side];
  const raw = Buffer.alloc(width * height * channels);
  for (let image = 0; image < count; image++) {
    const [left, top] = [(image % COLUMNS) * side, Math.floor(image / COLUMNS) * side];
    for (let y = 0; y < side; y++) {
      for (let k = 0; k < side * channels; k++) {
        const value = images[image * size + y * side * channels + k]!;
        raw[((top + y) * width + left) * channels + k] = Math.round(
          Math.min(1, Math.max(-1, value || 0)) * 127.5 + 127.5,
        );
      }
    }
  }
  // 1 or 3: those of a data set's images.
  const form = { width, height, channels: channels === 1 ? (1 as const) : (3 as const) };
  return sharp(raw, { raw: form })
    .resize(width * ZOOM, height * ZOOM, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
