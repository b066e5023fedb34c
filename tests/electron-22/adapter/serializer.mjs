/** `v8.Serializer` of Electron 22 writes by our own writer, and so do its subclasses, those that
 * talk to child processes among them. */
import v8 from 'node:v8';
import { ValueWriter } from './value-writer.mjs';

const writers = new WeakMap();

function writerOf(serializer) {
  let writer = writers.get(serializer);
  if (writer === undefined) {
    writer = new ValueWriter();
    writer._writeHostObject = (object) => serializer._writeHostObject(object);
    writers.set(serializer, writer);
  }
  return writer;
}

for (const name of ['writeHeader', 'writeValue', 'writeUint32', 'writeDouble', 'writeRawBytes', 'releaseBuffer']) {
  v8.Serializer.prototype[name] = function (...args) {
    return writerOf(this)[name](...args);
  };
}
