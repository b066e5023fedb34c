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
