/** Node 24 for Node 16.17, so far as the main process uses it. */
import buffer from 'node:buffer';
import childProcess from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import streams from 'node:stream/web';
import v8 from 'node:v8';

createRequire(import.meta.url)('./polyfills.cjs');

for (const [name, value] of Object.entries({ ...streams, Blob: buffer.Blob })) globalThis[name] ??= value;
globalThis.File ??= class File extends buffer.Blob {};
globalThis.FormData ??= class FormData {};
globalThis.structuredClone ??= (value) => v8.deserialize(v8.serialize(value));
// As much as records of predictions ask for; core-js has the numbers, not the array.
globalThis.Float16Array ??= class Float16Array {
  constructor(given) {
    this.buffer = typeof given === 'number' ? new ArrayBuffer(2 * given) : given;
  }
  static from(values) {
    const made = new Float16Array(values.length);
    const view = new DataView(made.buffer);
    values.forEach((value, index) => view.setFloat16(2 * index, value, true));
    return made;
  }
  *[Symbol.iterator]() {
    const view = new DataView(this.buffer);
    for (let at = 0; at < view.byteLength; at += 2) yield view.getFloat16(at, true);
  }
};
os.availableParallelism ??= () => os.cpus().length;
diagnostics.tracingChannel ??= () => ({
  hasSubscribers: false,
  traceSync: (work, _context, self, ...args) => work.apply(self, args),
  tracePromise: (work, _context, self, ...args) => work.apply(self, args),
});
fs.statfsSync ??= (path) => {
  const words = childProcess.execFileSync('stat', ['-fc', '%S %b %f %a', path], { encoding: 'utf8' });
  const [bsize, blocks, bfree, bavail] = words.split(' ').map(Number);
  return { bsize, blocks, bfree, bavail };
};

// There a buffer alone means none of its bytes.
const { open } = fs.promises;
fs.promises.open = async (...given) => {
  const handle = await open(...given);
  const { read } = handle;
  handle.read = function (buffer, offset, length, position) {
    if (!ArrayBuffer.isView(buffer)) return read.call(this, buffer);
    const from = offset ?? 0;
    return read.call(this, buffer, from, length ?? buffer.byteLength - from, position ?? null);
  };
  return handle;
};
