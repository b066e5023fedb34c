/** What takes how much of an unpacked program. */
import { lstatSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

export interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
}

/** The first that fits has the file; paths are below the program's folder of resources. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['TensorFlow', /^program\/node_modules\/@tensorflow\/tfjs-node-gpu\/lib\//],
  ['our kernels', /^program\/kernels\//],
  ['Node.js', /^node\//],
  ['ONNX Runtime', /^program\/node_modules\/onnxruntime-/],
  ['sharp (images)', /^program\/node_modules\/(?:@img|sharp)\//],
  ['SQLite', /node_modules\/better-sqlite3\//],
  ['TensorFlow.js', /^program\/node_modules\/@tensorflow\//],
  ['other packages', /^program\/node_modules\//],
  ['licences', /^program\/resources\/licences\//],
  ['data set, teacher, table', /^program\/(?:resources|examples)\//],
  ['our own code', /^(?:program\/out\/|app\.asar$)/],
];
const REST = 'records, scripts';
const SHELL = 'Electron';

/** A line each, the largest first, and the sum. `folder`: of the unpacked program. */
export function describeParts(folder: string): readonly string[] {
  const parts = partsOf(folder);
  const sum = parts.reduce((all, { bytes, files }) => ({ bytes: all.bytes + bytes, files: all.files + files }), {
    ...{ bytes: 0, files: 0 },
  });
  return [...parts, { name: 'in all', ...sum }].map(
    ({ name, bytes, files }) =>
      `  ${name.padEnd(24)} ${megabytesOf(bytes).padStart(6)} MB ${String(files).padStart(6)} files`,
  );
}

/** Largest first. */
export function partsOf(folder: string): readonly Part[] {
  const parts = new Map<string, { bytes: number; files: number }>();
  const resources = process.platform === 'darwin' ? join('Contents', 'Resources') : 'resources';
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const found = lstatSync(join(folder, path));
    if (found.isDirectory()) continue;
    const name = partOf(path, resources);
    const { bytes, files } = parts.get(name) ?? { bytes: 0, files: 0 };
    parts.set(name, { bytes: bytes + found.size, files: files + 1 });
  }
  return [...parts].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.bytes - a.bytes);
}

function partOf(path: string, resources: string): string {
  const inside = path.startsWith(`${resources}${sep}`)
    ? path.slice(resources.length + 1).replaceAll(sep, '/')
    : undefined;
  if (inside === undefined) return SHELL;
  return PARTS.find(([, fits]) => fits.test(inside))?.[0] ?? REST;
}

const megabytesOf = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
