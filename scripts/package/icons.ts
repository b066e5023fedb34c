/** The program's icon in the forms that the three systems ask for, drawn from
 * `resources/icons/icon.svg`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Edges in pixels. */
const LINUX = [16, 32, 48, 64, 128, 256, 512] as const;
const WINDOWS = [16, 24, 32, 48, 64, 128, 256] as const;
/** Types of an .icns file whose content is a PNG, and their edges. */
const MAC = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
] as const;

export interface Icons {
  /** A folder of PNGs, `256x256.png`. */
  readonly linux: string;
  readonly mac: string;
  readonly win: string;
}

/** Draws them into `folder`. */
export async function drawIcons(svg: string, folder: string): Promise<Icons> {
  const linux = join(folder, 'linux');
  mkdirSync(linux, { recursive: true });
  const drawn = new Map<number, Promise<Buffer>>();
  const draw = (edge: number): Promise<Buffer> => {
    const known = drawn.get(edge);
    if (known !== undefined) return known;
    // 72 dots an inch are one for each unit of the drawing, which is 512 wide: scaled up before it
    // is drawn.
    const made = sharp(svg, { density: Math.max(72, (72 * edge) / 512) })
      .resize(edge, edge)
      .png()
      .toBuffer();
    drawn.set(edge, made);
    return made;
  };
  for (const edge of LINUX) writeFileSync(join(linux, `${edge}x${edge}.png`), await draw(edge));
  const [mac, win] = [join(folder, 'icon.icns'), join(folder, 'icon.ico')];
  writeFileSync(mac, icnsOf(await Promise.all(MAC.map(async ([type, edge]) => ({ type, png: await draw(edge) })))));
  writeFileSync(win, icoOf(await Promise.all(WINDOWS.map(async (edge) => ({ edge, png: await draw(edge) })))));
  return { linux, mac, win };
}

/** Apple's container: `icns`, its length, then type, length and content of each image; lengths
 * count their own heads. */
export function icnsOf(images: readonly { readonly type: string; readonly png: Uint8Array }[]): Buffer {
  const parts = images.map(({ type, png }) => Buffer.concat([Buffer.from(type), bigEndian(png.length + 8), png]));
  const bytes = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([Buffer.from('icns'), bigEndian(bytes), ...parts]);
}

/** Microsoft's container: head of 6 bytes, one of 16 for each image (a zero edge is 256), then the
 * images. */
export function icoOf(images: readonly { readonly edge: number; readonly png: Uint8Array }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { edge, png }] of images.entries()) {
    const at = 6 + 16 * index;
    head.writeUInt8(edge % 256, at);
    head.writeUInt8(edge % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
