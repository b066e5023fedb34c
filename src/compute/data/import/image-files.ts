/** Files of images with their classes, as folders and lists of them name: their headers are looked
 * at first, and each is decoded once, into the frame. */
import sharp from 'sharp';
import { framed, inParallel } from './fit.ts';
import { groupsOf, placeIn } from './labelled-files.ts';
import type { LabelledFile, Medium } from './labelled-files.ts';
import { BrokenFile, mapParts, unlessBroken } from './source.ts';
import type { Parts, Source, SourceImages, SourceRequest } from './source.ts';

/** As JPEG has it; libvips cannot shrink what is much larger. */
const MOST_PIXELS_A_SIDE = 65_535;
/** What sharp decodes at most: a small file may announce any size. */
const MOST_PIXELS = 0x3fff ** 2;
/** By what stands in the file, whatever its name ends with. */
const FORMATS: readonly string[] = ['png', 'jpeg', 'webp', 'gif'];
const FORMAT_WORDS = 'PNG, JPEG, WebP or GIF';
export const IMAGE_EXTENSIONS: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.gif'];

export const IMAGES: Medium = {
  ...{ extensions: IMAGE_EXTENSIONS, formats: FORMAT_WORDS, noun: 'image', read: imageFiles },
};

interface Header {
  /** Alpha not counted: 1 or 3. */
  readonly channels: 1 | 3;
  readonly isDeep: boolean;
  readonly isAnimated: boolean;
}

async function imageFiles(
  request: SourceRequest,
  classes: readonly string[],
  files: Parts<readonly LabelledFile[]>,
  warnings: readonly string[],
): Promise<Source> {
  const total = Object.values(files).reduce((sum, part) => sum + part.length, 0);
  let done = 0;
  const headers: Header[] = [];
  const { groups, columnsOf } = groupsOf(files);
  const parts = await mapParts(files, async (part) => {
    const read = new Array<Header | undefined>(part.length).fill(undefined);
    await inParallel(part.length, request.yieldToEvents, async (index) => {
      const { file = '' } = part[index] ?? {};
      read[index] = await unlessBroken(request.faults, () => headerOf(file));
      request.report((done += 1), total);
    });
    for (const header of read) if (header !== undefined) headers.push(header);
    const sound = part.filter((_, index) => read[index] !== undefined);
    const names = sound.map(({ file }) => placeIn(request.path, file));
    return { ...imagesIn(sound), ...columnsOf(sound), names };
  });
  const channels = headers.some((header) => header.channels === 3) ? 3 : 1;
  return {
    classes,
    ...(groups && { groups }),
    parts: await mapParts(parts, async (images): Promise<SourceImages> => ({ ...images, channels })),
    warnings: [...warnings, ...warningsOf(headers, request.options.gray)],
  };
}

async function headerOf(file: string): Promise<Header> {
  // A header alone costs nothing, whatever it boasts of.
  const header = sharp(file, { limitInputPixels: false });
  const { format, space, width, height, depth, pages = 1 } = await readable(file, () => header.metadata());
  if (!FORMATS.includes(format)) throw new BrokenFile(file, `it is a ${format} file, not ${FORMAT_WORDS}`);
  const size = `its header says ${width} x ${height}`;
  if (Math.max(width, height) > MOST_PIXELS_A_SIDE) {
    throw new BrokenFile(file, `${size}, and ${MOST_PIXELS_A_SIDE} a side is the most`);
  }
  if (width * height > MOST_PIXELS) {
    throw new BrokenFile(file, `${size}, and ${Math.floor(MOST_PIXELS / 1e6)} million pixels are the most`);
  }
  const channels = space === 'b-w' || space === 'grey16' ? 1 : 3;
  return { channels, isDeep: depth === 'ushort', isAnimated: pages > 1 };
}

function imagesIn(files: readonly LabelledFile[]): Omit<SourceImages, 'channels'> {
  return {
    labels: Uint8Array.from(files, ({ label }) => label),
    read: async (image, frame) => {
      const { file = '' } = files[image] ?? {};
      return { pixels: await readable(file, () => framed(sharp(file, { autoOrient: true }), frame)) };
    },
  };
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().replaceAll(/\s+/g, ' ') : String(error);
    throw new BrokenFile(file, `it cannot be read as an image (${reason})`, error);
  }
}

function warningsOf(headers: readonly Header[], gray: boolean): readonly string[] {
  const count = (test: (header: Header) => boolean): number => headers.filter(test).length;
  const [grays, deep, animated] = [
    count(({ channels }) => channels === 1),
    count(({ isDeep }) => isDeep),
    count(({ isAnimated }) => isAnimated),
  ];
  return [
    ...(!gray && grays > 0 && grays < headers.length
      ? [`Gray and coloured images are mixed: ${grays} gray ones got three equal channels.`]
      : []),
    ...(deep > 0 ? [`Of 16 bits a channel, of which the upper 8 were taken: ${plural(deep)}.`] : []),
    ...(animated > 0 ? [`Animated, of which the first frame was taken: ${plural(animated)}.`] : []),
  ];
}

const plural = (count: number): string => (count === 1 ? '1 image' : `${count} images`);
