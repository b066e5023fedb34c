/**
 * The program for people without root: an archive (`tar.zst`) that is unpacked anywhere and started
 * from there, with a script that puts it into the person's own menu and takes it out again.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { quoted, writeScript } from './appimage-tools.ts';

export interface PortableOrder {
  /** The unpacked program. */
  readonly program: string;
  /** The archive that is made. */
  readonly file: string;
  /** Folder that everything in it lies in. */
  readonly name: string;
  readonly executable: string;
  readonly product: string;
  readonly summary: string;
  /** A PNG. */
  readonly icon: string;
  readonly archive: { readonly mimeType: string; readonly ext: string; readonly description: string };
}

export async function makePortable(order: PortableOrder): Promise<void> {
  const { program, file, name } = order;
  const folder = mkdtempSync(`${file}.`);
  try {
    const root = join(folder, name);
    execFileSync('cp', ['-al', program, root]);
    execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', root]);
    writeScript(join(root, 'menu'), menuScript(order));
    writeFileSync(join(root, `${order.executable}.png`), readFileSync(order.icon));
    const tar = spawn('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-C', folder, '-c', name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve, reject) => tar.on('error', reject).on('close', resolve));
    const packed = createZstdCompress({
      params: {
        [constants.ZSTD_c_compressionLevel]: 9,
        [constants.ZSTD_c_enableLongDistanceMatching]: 1,
        [constants.ZSTD_c_windowLog]: 27,
      },
    });
    await pipeline(tar.stdout, packed, createWriteStream(file));
    const status = await ended;
    if (status !== 0) throw new Error(`tar ended with ${status}.`);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `menu add|remove`: as a package does it for all, for this person alone. */
function menuScript({ executable, product, summary, archive }: PortableOrder): readonly string[] {
  const { mimeType, ext, description } = archive;
  return [
    `# Puts the program into your menu and gives it your .${ext} files: "menu add"; "menu remove" undoes it.`,
    'root=$(cd "$(dirname "$0")" && pwd -P)',
    'data=${XDG_DATA_HOME:-$HOME/.local/share}',
    `entry="$data/applications/"${quoted(`${executable}.desktop`)}`,
    `kind="$data/mime/packages/"${quoted(`${executable}.xml`)}`,
    'refresh() {',
    '  if command -v update-mime-database >/dev/null && [ -d "$data/mime" ]; then',
    '    update-mime-database "$data/mime"',
    '  fi',
    '  if command -v update-desktop-database >/dev/null && [ -d "$data/applications" ]; then',
    '    update-desktop-database "$data/applications"',
    '  fi',
    '}',
    'case $1 in',
    '  add)',
    '    mkdir -p "$data/applications" "$data/mime/packages" || exit 1',
    '    # In a desktop file a quoted argument has four letters that need a backslash, which is doubled.',
    `    quoted=$(printf '%s' "$root" | sed 's/[\\\\"\`$]/\\\\\\\\&/g; s/%/%%/g')`,
    '    cat >"$entry" <<END',
    '[Desktop Entry]',
    'Type=Application',
    `Name=${product}`,
    `Comment=${summary}`,
    `Exec="$quoted/${executable}" %U`,
    `Icon=$root/${executable}.png`,
    'Terminal=false',
    `StartupWMClass=${executable}`,
    `MimeType=${mimeType};`,
    'Categories=Science;',
    'END',
    `    cat >"$kind" <<'END'`,
    '<?xml version="1.0" encoding="utf-8"?>',
    '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">',
    `  <mime-type type="${mimeType}"><comment>${description}</comment><glob pattern="*.${ext}"/></mime-type>`,
    '</mime-info>',
    'END',
    '    refresh',
    '    ;;',
    '  remove)',
    '    rm -f "$entry" "$kind"',
    '    refresh',
    '    ;;',
    '  *)',
    `    echo ${quoted('usage: menu add|remove')} >&2`,
    '    exit 2',
    '    ;;',
    'esac',
  ];
}

/** Made of `dirname`, so that the two cannot differ. */
export const portableName = (file: string): string => file.slice(dirname(file).length + 1).replace(/\.tar\.zst$/, '');
