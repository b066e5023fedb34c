/**
 * V8's written form of values (`v8.serialize`), in JavaScript: Electron 22.3.6 and later 22s crash
 * in `v8.Serializer.releaseBuffer` (electron/electron#37774), and parent and worker processes talk
 * in this form. Source: v8/src/objects/value-serializer.cc, version 15, which Node 24 reads.
 *
 * | byte    | what follows                                                                        |
 * | ------- | ----------------------------------------------------------------------------------- |
 * | `_0TF`  | nothing: undefined, null, true, false                                               |
 * | `I N`   | an integer of 30 bits, zigzag; a double                                             |
 * | `" c`   | length in bytes, text as Latin-1; as UTF-16, on an even byte                        |
 * | `^`     | number of an object that was written before                                         |
 * | `o {`   | keys and values; their count                                                        |
 * | `A $`   | length, elements (`-` a hole), further keys and values; their count, length         |
 * | `; :`   | keys and values of a Map; their count. `' ,`: of a Set                              |
 * | `B D \` | length and bytes of an ArrayBuffer; milliseconds of a Date; what the host writes    |
 */
const VERSION = 15;
const SMALL = 2 ** 29;
const INDEX = /^(?:0|[1-9]\d{0,8})$/;

/** The methods of `v8.Serializer` that a program calls, and that its subclasses override. */
export class ValueWriter {
  #bytes = Buffer.alloc(1024);
  #size = 0;
  #seen = new Map();

  writeHeader() {
    this.#byte(0xff);
    this.#byte(VERSION);
  }

  releaseBuffer() {
    return Buffer.from(this.#bytes.subarray(0, this.#size));
  }

  writeUint32(number) {
    let rest = number;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#byte((rest % 128) | 128);
    this.#byte(rest);
  }

  writeDouble(number) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(number);
    this.writeRawBytes(bytes);
  }

  writeRawBytes(view) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  writeValue(value) {
    switch (typeof value) {
      case 'undefined':
        return this.#tag('_');
      case 'boolean':
        return this.#tag(value ? 'T' : 'F');
      case 'number':
        return this.#number(value);
      case 'string':
        return this.#text(value);
      case 'object':
        return value === null ? this.#tag('0') : this.#object(value);
      default:
        throw new TypeError(`${String(value)} cannot be sent to another process.`);
    }
  }

  #number(number) {
    const isSmall = Number.isInteger(number) && Math.abs(number) < SMALL && !Object.is(number, -0);
    this.#tag(isSmall ? 'I' : 'N');
    if (isSmall) this.writeUint32(number < 0 ? -2 * number - 1 : 2 * number);
    else this.writeDouble(number);
  }

  #text(text) {
    const isLatin = [...text].every((letter) => letter.codePointAt(0) < 256);
    const bytes = Buffer.from(text, isLatin ? 'latin1' : 'utf16le');
    // Its letters must begin on an even byte; 128 ** digits is the first length of one more digit.
    const digits = Math.max(1, Math.ceil(Math.log2(bytes.length + 1) / 7));
    if (!isLatin && (this.#size + 1 + digits) % 2 === 1) this.#byte(0);
    this.#tag(isLatin ? '"' : 'c');
    this.writeUint32(bytes.length);
    this.writeRawBytes(bytes);
  }

  #object(object) {
    const known = this.#seen.get(object);
    if (known !== undefined) {
      this.#tag('^');
      return this.writeUint32(known);
    }
    this.#seen.set(object, this.#seen.size);
    if (ArrayBuffer.isView(object)) {
      this.#tag('\\');
      return this._writeHostObject(object);
    }
    if (Array.isArray(object)) return this.#array(object);
    switch (Object.prototype.toString.call(object)) {
      case '[object Object]': {
        this.#tag('o');
        const count = this.#properties(object, Object.keys(object));
        this.#tag('{');
        return this.writeUint32(count);
      }
      case '[object ArrayBuffer]':
        this.#tag('B');
        this.writeUint32(object.byteLength);
        return this.writeRawBytes(new Uint8Array(object));
      case '[object Date]':
        this.#tag('D');
        return this.writeDouble(object.getTime());
      case '[object Map]':
        return this.#collection(';', [...object].flat(), ':');
      case '[object Set]':
        return this.#collection("'", [...object], ',');
      default:
        throw new TypeError(`${Object.prototype.toString.call(object)} cannot be sent to another process.`);
    }
  }

  #array(array) {
    this.#tag('A');
    this.writeUint32(array.length);
    for (let index = 0; index < array.length; index++) {
      if (index in array) this.writeValue(array[index]);
      else this.#tag('-');
    }
    const others = Object.keys(array).filter((key) => !INDEX.test(key));
    const count = this.#properties(array, others);
    this.#tag('$');
    this.writeUint32(count);
    this.writeUint32(array.length);
  }

  #collection(opening, parts, closing) {
    this.#tag(opening);
    for (const part of parts) this.writeValue(part);
    this.#tag(closing);
    this.writeUint32(parts.length);
  }

  #properties(object, keys) {
    for (const key of keys) {
      this.writeValue(INDEX.test(key) ? Number(key) : key);
      this.writeValue(object[key]);
    }
    return keys.length;
  }

  #tag(letter) {
    this.#byte(letter.charCodeAt(0));
  }

  #byte(value) {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  #reserve(count) {
    if (this.#size + count <= this.#bytes.length) return;
    this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#size + count, 2 * this.#bytes.length));
  }
}
