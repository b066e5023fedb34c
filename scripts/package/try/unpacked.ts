/** The packages that need no root: an AppImage and the archive, each unpacked below a person's
 * home. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asPerson, runIn } from './place.ts';
import type { Place } from './place.ts';

interface UnpackOrder {
  readonly file: string;
  /** A folder of that person's. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** By its own runtime, so that a packing that it cannot read is found. */
export function unpackAppImage({ file, folder, env }: UnpackOrder): Place {
  chmodSync(file, 0o755);
  const before = asPerson();
  const command = ['sh', '-c', 'cd "$1" && exec "$2" --appimage-extract >/dev/null', 'sh', folder, file];
  runIn({ before }, command, env);
  const program = join(folder, 'squashfs-root');
  const name = readdirSync(program).find((one) => one.endsWith('.desktop'));
  if (name === undefined) throw new Error('There is no menu entry in the AppImage.');
  // Desktops put the image's own path in the place of its first word.
  const entry = readFileSync(join(program, name), 'utf8').replace('Exec=AppRun', `Exec="${join(program, 'AppRun')}"`);
  return {
    ...{ before, program, entry, how: 'unpacked by its runtime' },
    remove: () => Promise.resolve(removed(program)),
  };
}

export function unpackArchive({ file, folder, env }: UnpackOrder): Place {
  const before = asPerson();
  runIn({ before }, ['tar', '--zstd', '-xf', file, '-C', folder], env);
  const [name = ''] = readdirSync(folder);
  const program = join(folder, name);
  const data = join(env['HOME'] ?? '', '.local/share');
  runIn({ before }, [join(program, 'menu'), 'add'], env);
  const entry = readFileSync(join(data, 'applications/trade-workbench.desktop'), 'utf8');
  return {
    ...{ before, program, entry, how: 'tar --zstd -xf, menu add' },
    remove: () => {
      runIn({ before }, [join(program, 'menu'), 'remove'], env);
      // The desktop's own lists of what there is stay.
      const ours = ['applications', 'mime/packages'].flatMap((one) =>
        existsSync(join(data, one)) ? readdirSync(join(data, one)).map((path) => join(data, one, path)) : [],
      );
      return Promise.resolve([...ours.filter((path) => basename(path).includes('trade')), ...removed(program)]);
    },
  };
}

function removed(program: string): readonly string[] {
  rmSync(program, { recursive: true, force: true });
  return existsSync(program) ? [program] : [];
}
