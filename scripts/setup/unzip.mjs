/**
 * Takes chosen files out of a zip archive (a Python wheel is one), streaming, so that 800 MB need
 * no memory. Format: PKWARE APPNOTE 6.3; stored and deflated entries without zip64.
 */
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_RECORD = Object.freeze({ signature: 0x06054b50, bytes: 22, maxComment: 65535 });
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;
const METHOD = Object.freeze({ stored: 0, deflated: 8 });

/**
 * @param {string} archive path of the zip file
 * @param {(name: string) => string | undefined} placeOf where an entry goes; undefined leaves it
 * out
 * @returns {Promise<number>} number of files written; a damaged archive throws
 */
export async function unzip(archive, placeOf) {
  const handle = await open(archive);
  try {
    let written = 0;
    for (const entry of await readEntries(handle, archive)) {
      const place = entry.name.endsWith('/') ? undefined : placeOf(entry.name);
      if (place === undefined) continue;
      await extract(handle, archive, entry, place);
      written++;
    }
    return written;
  } finally {
    await handle.close();
  }
}

async function readEntries(handle, archive) {
  const { size } = await handle.stat();
  const tail = await readAt(handle, Math.max(0, size - END_RECORD.bytes - END_RECORD.maxComment), size);
  const end = findEndRecord(tail);
  if (end === undefined) throw new Error(`${archive} is not a zip file, or was cut short`);
  const count = tail.readUInt16LE(end + 10);
  const offset = tail.readUInt32LE(end + 16);
  const directory = await readAt(handle, offset, offset + tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0, index = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error(`${archive}: damaged list of files`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerAt: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function findEndRecord(tail) {
  for (let at = tail.length - END_RECORD.bytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END_RECORD.signature) return at;
  }
  return undefined;
}

async function extract(handle, archive, entry, place) {
  const header = await readAt(handle, entry.headerAt, entry.headerAt + LOCAL_HEADER_BYTES);
  const start = entry.headerAt + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.method !== METHOD.stored && entry.method !== METHOD.deflated) {
    throw new Error(`${archive}: ${entry.name} is packed by method ${entry.method}, which is not known here`);
  }
  mkdirSync(dirname(place), { recursive: true });
  const target = createWriteStream(place);
  const unpacked = entry.method === METHOD.stored ? new PassThrough() : createInflateRaw();
  if (entry.packedBytes === 0) target.end();
  else await pipeline(createReadStream(archive, { start, end: start + entry.packedBytes - 1 }), unpacked, target);
  if (target.bytesWritten !== entry.bytes) {
    throw new Error(`${archive}: ${entry.name} has ${target.bytesWritten} bytes instead of ${entry.bytes}`);
  }
}

async function readAt(handle, start, end) {
  const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer;
}
