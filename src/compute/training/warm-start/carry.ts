/** What a layer's weights are where its twin's are known. Kernels are `[kh,kw,in,out]`, depthwise
 * ones `[kh,kw,channels,1]`, dense ones `[in,out]`, a recurrent unit's `[in,3 units]`. */
import type { Op, Sides } from '../../../core/arch/graph.ts';
import { sidesOf, sizeOf } from '../../../core/arch/ops.ts';
import type { Rng } from '../../../core/math/rng.ts';
import { sharesOf } from './channels.ts';
import type { Sources } from './channels.ts';
import type { Twin } from './match.ts';

/** Writes one weight of the child, by its short name. */
export type Put = (name: string, values: Float32Array) => void;

export interface Carried {
  readonly twin: Twin;
  /** The parent's, by short names; throws where there is none. */
  readonly read: (name: string) => Float32Array;
  /** The child's own, as its seed drew them. */
  readonly fresh: (name: string) => Float32Array;
  readonly rng: Rng;
  readonly put: Put;
}

/** `output` of the classifier of other classes is nobody's: nothing is carried. */
export function carryLayer(carried: Carried): void {
  const { twin, read, fresh, put } = carried;
  const { layer: own, parent } = { layer: twin.layer.layer, parent: twin.parent.layer };
  const output = twin.output;
  if (output === undefined) return;
  const perChannel = (...names: readonly string[]): void => {
    for (const name of names) put(name, gathered(fresh(name), read(name), output));
  };
  switch (own.op) {
    case 'conv2d':
      if (parent.op !== 'conv2d' || !sameSides(parent.stride, own.stride)) return;
      put('kernel', kernelOf(carried, output, { own: own.kernel, parent: parent.kernel }));
      if (own.bias && parent.bias) perChannel('bias');
      return;
    case 'dense':
      put('kernel', kernelOf(carried, output, { own: 1, parent: 1 }));
      if (own.bias && parent.op === 'dense' && parent.bias) perChannel('bias');
      return;
    case 'depthwiseConv2d':
      if (parent.op !== 'depthwiseConv2d' || !sameSides(parent.stride, own.stride)) return;
      put('kernel', windows(read('kernel'), output, { own: own.kernel, parent: parent.kernel }));
      if (own.bias && parent.bias) perChannel('bias');
      return;
    case 'batchNorm':
      perChannel('gamma', 'beta', 'mean', 'variance');
      return;
    case 'layerNorm':
      perChannel('gamma', 'beta');
      return;
    case 'layerScale':
      perChannel('gamma');
      return;
    case 'positionEmbedding':
      if (twin.shape[0] !== twin.parentInputShape[0]) return;
      put('embedding', embedding(read('embedding'), output, twin.shape[0] ?? 1));
      return;
    case 'embed':
      if (parent.op !== 'embed' || parent.values !== own.values) return;
      put('table', columnsOf(read('table'), { width: parent.units, source: output }));
      return;
    case 'gru':
      if (parent.op === 'gru') carryGru(carried, output, parent.units);
      return;
    case 'attention':
      if (parent.op === 'attention') carryAttention(carried, output, { own, parent });
      return;
    default:
  }
}

export interface Windows {
  readonly own: Sides;
  readonly parent: Sides;
}

export const sameSides = (left: Sides, right: Sides): boolean => sidesOf(left).join() === sidesOf(right).join();

/**
 * `[kh,kw,in,out]`, or `[in,out]` where both are 1 and the kernel a dense layer's. A smaller window
 * stands in the middle of a larger one with zeros around it, which is the same convolution; of a
 * larger one the middle is taken. `output`: of which of the parent's filters.
 */
export function kernelOf({ twin, read, rng }: Carried, output: Sources, { own, parent }: Windows): Float32Array {
  const { input } = twin;
  const parentOutputs = twin.parentShape.at(-1) ?? 0;
  const parentInputs = twin.parentInputShape.at(-1) ?? 0;
  const known = read('kernel');
  const shares = sharesOf(input, output.length, rng);
  const values = new Float32Array(sizeOf(sidesOf(own)) * input.length * output.length);
  eachTap({ own, parent }, (tap, parentTap) => {
    input.forEach((channel, index) => {
      if (channel < 0) return;
      const from = (parentTap * parentInputs + channel) * parentOutputs;
      const to = (tap * input.length + index) * output.length;
      output.forEach((filter, o) => {
        values[to + o] = (shares[index * output.length + o] ?? 0) * (known[from + filter] ?? 0);
      });
    });
  });
  return values;
}

/** `[kh,kw,channels,1]` */
function windows(known: Float32Array, source: Sources, sizes: Windows): Float32Array {
  const channels = known.length / sizeOf(sidesOf(sizes.parent));
  const values = new Float32Array(sizeOf(sidesOf(sizes.own)) * source.length);
  eachTap(sizes, (tap, parentTap) => {
    source.forEach((channel, index) => {
      values[tap * source.length + index] = known[parentTap * channels + channel] ?? 0;
    });
  });
  return values;
}

/** Taps that both windows have, one in the middle of the other. */
function eachTap({ own, parent }: Windows, use: (tap: number, parentTap: number) => void): void {
  const [height, width] = sidesOf(own);
  const [parentHeight, parentWidth] = sidesOf(parent);
  const [above, ahead] = [Math.floor((height - parentHeight) / 2), Math.floor((width - parentWidth) / 2)];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [row, column] = [y - above, x - ahead];
      const isInside = row >= 0 && row < parentHeight && column >= 0 && column < parentWidth;
      if (isInside) use(y * width + x, row * parentWidth + column);
    }
  }
}

/** What comes from nowhere keeps its own value. */
function gathered(own: Float32Array, known: Float32Array, source: Sources): Float32Array {
  return own.map((value, index) => known[source[index] ?? -1] ?? value);
}

/** `[t,c]` */
function embedding(known: Float32Array, source: Sources, tokens: number): Float32Array {
  const channels = known.length / tokens;
  return Float32Array.from({ length: tokens * source.length }, (_, index) => {
    const token = Math.floor(index / source.length);
    return known[token * channels + (source[index % source.length] ?? 0)] ?? 0;
  });
}

/** Of a matrix of rows of `width` values, the columns at `source`. */
function columnsOf(known: Float32Array, { width, source }: { width: number; source: Sources }): Float32Array {
  return Float32Array.from({ length: (known.length / width) * source.length }, (_, index) => {
    const row = Math.floor(index / source.length);
    return known[row * width + (source[index % source.length] ?? 0)] ?? 0;
  });
}

/** A unit that comes again repeats a known one's gates; its readers, the unit's own kernel among
 * them, share. */
function carryGru({ twin, read, rng, put }: Carried, output: Sources, parentUnits: number): void {
  const gates = Int32Array.from([0, 1, 2].flatMap((gate) => [...output].map((unit) => gate * parentUnits + unit)));
  const kernel = (name: string, input: Sources): Float32Array => {
    const known = columnsOf(read(name), { width: 3 * parentUnits, source: gates });
    const shares = sharesOf(input, gates.length, rng);
    return Float32Array.from(shares, (share, index) => {
      const channel = input[Math.floor(index / gates.length)] ?? -1;
      return channel < 0 ? 0 : share * (known[channel * gates.length + (index % gates.length)] ?? 0);
    });
  };
  put('kernel', kernel('kernel', twin.input));
  put('recurrent', kernel('recurrent', output));
  for (const name of ['bias', 'recurrentBias'])
    put(name, columnsOf(read(name), { width: 3 * parentUnits, source: gates }));
}

type Attention = Extract<Op, { readonly op: 'attention' }>;

/**
 * Inside, new channels of a head and new heads are silent at first: their queries, or their rows of
 * the output's projection, are zero. Queries make up for the wider head's smaller scores
 * (`1 / sqrt(c / heads)`). Where as many channels are split into other heads, weights stay as
 * they are, and the function does not.
 */
function carryAttention({ twin, read, fresh, rng, put }: Carried, output: Sources, ops: Ops): void {
  const { input } = twin;
  const [width, parentWidth] = [output.length, twin.parentShape.at(-1) ?? 0];
  const [size, parentSize] = [width / ops.own.heads, parentWidth / ops.parent.heads];
  const isResplit = width === parentWidth && size !== parentSize;
  const inside = Int32Array.from({ length: width }, (_, index) => {
    const [head, place] = [Math.floor(index / size), index % size];
    if (isResplit) return index;
    return head < ops.parent.heads && place < parentSize ? head * parentSize + place : -1;
  });
  const stretch = isResplit ? 1 : Math.sqrt(size / parentSize);
  const isOldHead = (index: number): boolean => Math.floor(index / size) < ops.parent.heads;
  const [kernel, bias] = [fresh('qkvKernel').slice(), fresh('qkvBias').slice()];
  const [known, knownBias] = [read('qkvKernel'), read('qkvBias')];
  const shares = sharesOf(input, 3 * width, rng);
  for (const part of [0, 1, 2]) {
    inside.forEach((place, index) => {
      const column = part * width + index;
      const from = part * parentWidth + place;
      const factor = part === 0 ? stretch : 1;
      const isSilent = place < 0 && part === 0 && isOldHead(index);
      if (place >= 0) bias[column] = factor * (knownBias[from] ?? 0);
      if (place < 0 && !isSilent) return;
      input.forEach((channel, row) => {
        const value = place < 0 || channel < 0 ? 0 : (known[channel * 3 * parentWidth + from] ?? 0);
        kernel[row * 3 * width + column] = factor * (shares[row * 3 * width + column] ?? 0) * value;
      });
    });
  }
  put('qkvKernel', kernel);
  put('qkvBias', bias);
  const out = read('outKernel');
  const outKernel = new Float32Array(width * width);
  inside.forEach((place, row) => {
    if (place < 0) return;
    output.forEach((channel, o) => (outKernel[row * width + o] = out[place * parentWidth + channel] ?? 0));
  });
  put('outKernel', outKernel);
  put('outBias', gathered(fresh('outBias'), read('outBias'), output));
  if (ops.own.grid && ops.own.grid.join() === ops.parent.grid?.join()) {
    put('relativeBias', heads(fresh('relativeBias'), read('relativeBias'), ops));
  }
}

interface Ops {
  readonly own: Attention;
  readonly parent: Attention;
}

/** `[offsets, heads]` */
function heads(own: Float32Array, known: Float32Array, ops: Ops): Float32Array {
  return own.map((value, index) => {
    const [offset, head] = [Math.floor(index / ops.own.heads), index % ops.own.heads];
    return head < ops.parent.heads ? (known[offset * ops.parent.heads + head] ?? value) : value;
  });
}
