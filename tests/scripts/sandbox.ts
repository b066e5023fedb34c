/** A made-up checkout with made-up tools on its PATH, so that set-up can be tested without network,
 * compiler or npm. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export interface Sandbox {
  readonly root: string;
  readonly lines: string[];
  readonly context: SetUpContext;
  /** Puts a shell script on the PATH. */
  tool(name: string, script: string): void;
  /** Puts a shell script in the checkout. */
  program(path: string, script: string): void;
  write(path: string, content: string | Uint8Array): string;
  remove(): void;
}

export interface SetUpContext {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of glibc, or `other`. */
  readonly libc?: string;
  readonly retry: boolean;
  readonly signal: AbortSignal;
  readonly report: { line(text: string): void; step<T>(title: string, work: () => Promise<T>): Promise<T> };
}

export function makeSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'set-up-'));
  const root = join(folder, 'checkout with spaces');
  const tools = join(folder, 'bin');
  mkdirSync(tools, { recursive: true });
  for (const name of ['cp', 'cat', 'printf']) symlinkSync(join('/bin', name), join(tools, name));
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const write = (path: string, content: string | Uint8Array) => {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
    return place;
  };
  write('node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_backend.cc', '// binding');
  return {
    root,
    lines,
    write,
    context: {
      root,
      env: { PATH: tools, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
      platform: 'linux',
      arch: 'x64',
      retry: false,
      signal: new AbortController().signal,
      report: { line, step: (title, work) => (line(title), work()) },
    },
    tool: (name, script) => writeProgram(join(tools, name), script),
    program: (path, script) => writeProgram(write(path, ''), script),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeProgram(place: string, script: string): void {
  writeFileSync(place, `#!/bin/sh\n${script}\n`);
  chmodSync(place, 0o755);
}

/** A zip archive of deflated files (PKWARE APPNOTE 6.3), as small as a reader accepts. */
export function makeZip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(Buffer.byteLength(content), 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const offset = Buffer.concat(locals).length;
    const where = Buffer.alloc(14);
    where.writeUInt32LE(offset, 10);
    locals.push(Buffer.from([0x50, 0x4b, 3, 4]), common, Buffer.from(name), packed);
    directory.push(Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, where, Buffer.from(name));
  }
  const [body, list] = [Buffer.concat(locals), Buffer.concat(directory)];
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, list, end]);
}
