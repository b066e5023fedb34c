/** Convolutions, products, pools and moves of channels, as `native-cases.ts` has the others. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { convolution, dense, depthwiseConvolution } from '../../../src/compute/backend/linear.ts';
import {
  addToEach,
  averagePool,
  joinChannels,
  maxPool,
  someChannels,
  sum,
} from '../../../src/compute/backend/shape-ops.ts';
import { recorded } from '../../../src/compute/backend/tape.ts';
import { CHANNELS, REFERENCE } from './native-cases.ts';
import type { NativeCase } from './native-cases.ts';

/** Maps that a filter fits in, barely fits in and does not; heights and widths that strides divide
 * and do not. */
const MAPS = [
  [9, 11],
  [8, 6],
  [5, 4],
  [3, 2],
  [1, 1],
  [1, 7],
] as const;
const END = { bias: undefined, activation: 'none', first: false } as const;

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly height: number;
  readonly width: number;
  /** Two numbers of channels each, in turn all of them. */
  readonly channels: number;
  /** Another one. */
  readonly filters: number;
}

const WINDOWS: readonly Window[] = [1, 2, 3, 4, 5, 7].flatMap((kernel) =>
  [1, 2].flatMap((stride) =>
    MAPS.flatMap(([height, width], index) =>
      [0, 1].map((step) => {
        const place = index * 2 + step + kernel * 3 + stride;
        const [channels = 1, filters = 1] = [0, 3 + index].map((more) => CHANNELS[(place + more) % CHANNELS.length]);
        return { kernel, stride, height, width, channels, filters };
      }),
    ),
  ),
);

/** Of other heights than widths, and other steps down than across. */
const RECTANGLES: readonly (readonly [kernel: Sides, stride: Sides])[] = [
  [
    [1, 3],
    [1, 1],
  ],
  [
    [3, 1],
    [2, 1],
  ],
  [
    [2, 3],
    [1, 2],
  ],
  [
    [5, 2],
    [2, 3],
  ],
  [
    [1, 1],
    [2, 1],
  ],
  [
    [3, 3],
    [1, 2],
  ],
];
type Sides = [rows: number, columns: number];

function rectangles(): NativeCase[] {
  return RECTANGLES.flatMap(([kernel, stride], turn) =>
    MAPS.flatMap(([height, width], index) => {
      const [channels = 1, filters = 1] = [0, 4].map((more) => CHANNELS[(turn + index + more) % CHANNELS.length]);
      const shape = [3, height, width, channels];
      const about = `${kernel.join('x')}/${stride.join('x')} of ${height}x${width}x${channels}`;
      return [
        {
          name: `convolution ${about} to ${filters}`,
          shapes: [shape, [...kernel, channels, filters]],
          ours: ([x, filter]) => convolution(x as Tensor4D, filter as Tensor4D, { ...END, stride }),
          theirs: ([x, filter]) => tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, 'same'),
        },
        {
          name: `largest of ${about}`,
          shapes: [shape],
          ours: ([x]) => maxPool(x as Tensor4D, kernel, stride),
          theirs: ([x]) => tf.maxPool(x as Tensor4D, kernel, stride, 'same'),
        },
        {
          name: `mean of ${about}`,
          shapes: [shape],
          ours: ([x]) => averagePool(x as Tensor4D, kernel, stride),
          theirs: ([x]) => tf.avgPool(x as Tensor4D, kernel, stride, 'same'),
        },
      ] satisfies NativeCase[];
    }),
  );
}

function depthwise({ kernel, stride, height, width, channels }: Window): NativeCase {
  return {
    name: `depthwise ${kernel}x${kernel}/${stride} of ${height}x${width}x${channels}`,
    shapes: [
      [3, height, width, channels],
      [kernel, kernel, channels, 1],
    ],
    ours: ([x, filter]) => depthwiseConvolution(x as Tensor4D, filter as Tensor4D, { ...END, stride }),
    theirs: ([x, filter]) => tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, stride, 'same'),
  };
}

function plainConvolution({ kernel, stride, height, width, channels, filters }: Window): NativeCase {
  return {
    name: `convolution ${kernel}x${kernel}/${stride} of ${height}x${width}x${channels} to ${filters}`,
    shapes: [
      [3, height, width, channels],
      [kernel, kernel, channels, filters],
    ],
    ours: ([x, filter]) => convolution(x as Tensor4D, filter as Tensor4D, { ...END, stride }),
    theirs: ([x, filter]) => tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, 'same'),
  };
}

/** Values all differ, so that each window has one largest. */
function pool({ kernel, stride, height, width, channels }: Window): NativeCase {
  return {
    name: `largest of ${kernel}x${kernel}/${stride} of ${height}x${width}x${channels}`,
    shapes: [[3, height, width, channels]],
    ours: ([x]) => maxPool(x as Tensor4D, kernel, stride),
    theirs: ([x]) => tf.maxPool(x as Tensor4D, kernel, stride, 'same'),
  };
}

function meanPool({ kernel, stride, height, width, channels }: Window): NativeCase {
  return {
    name: `mean of ${kernel}x${kernel}/${stride} of ${height}x${width}x${channels}`,
    shapes: [[3, height, width, channels]],
    ours: ([x]) => averagePool(x as Tensor4D, kernel, stride),
    theirs: ([x]) => tf.avgPool(x as Tensor4D, kernel, stride, 'same'),
  };
}

/** With bias and activation as one node. */
function fused(): NativeCase[] {
  return [3, 17].flatMap((channels): NativeCase[] =>
    (['none', 'gelu', 'relu'] as const).flatMap((activation): NativeCase[] => [
      {
        name: `dense, ${activation}, to ${channels}`,
        shapes: [[5, 3, 6], [6, channels], [channels]],
        ours: ([x, matrix, bias]) => dense(x as Tensor, matrix as Tensor2D, { bias: bias as Tensor1D, activation }),
        theirs: ([x, matrix, bias]) => {
          const rows = tf.matMul(tf.reshape(x as Tensor, [15, 6]), matrix as Tensor2D);
          return tf.reshape(REFERENCE[activation](tf.add(rows, bias as Tensor)), [5, 3, channels]);
        },
      },
      ...[1, 2].map((stride) => ({
        name: `convolution 3x3/${stride}, ${activation}, to ${channels}`,
        shapes: [[5, 7, 6, 4], [3, 3, 4, channels], [channels]],
        ours: ([x, filter, bias]: readonly Tensor[]) =>
          convolution(x as Tensor4D, filter as Tensor4D, { bias: bias as Tensor1D, activation, stride, first: false }),
        theirs: ([x, filter, bias]: readonly Tensor[]) =>
          REFERENCE[activation](tf.add(tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, 'same'), bias as Tensor)),
      })),
    ]),
  );
}

/** Matrices of up to 16384 weights are ours, larger ones TensorFlow's. */
function products(): NativeCase[] {
  return CHANNELS.flatMap((inputs, index) =>
    [1, 4].flatMap((step) =>
      [1, 5, 1021].map((rows): NativeCase => {
        const units = CHANNELS[(index + step) % CHANNELS.length] ?? 1;
        return {
          name: `dense of ${rows} rows of ${inputs} to ${units}`,
          shapes: [
            [rows, inputs],
            [inputs, units],
          ],
          ours: ([x, matrix]) => dense(x as Tensor, matrix as Tensor2D, END),
          theirs: ([x, matrix]) => tf.matMul(x as Tensor2D, matrix as Tensor2D),
        };
      }),
    ),
  );
}

/** The larger maps are shared between threads. */
function moves(): NativeCase[] {
  return CHANNELS.flatMap((channels, index) =>
    [2, Math.ceil(34_000 / 15 / channels) + 1].flatMap((batch): NativeCase[] => {
      const other = CHANNELS[(index + 3) % CHANNELS.length] ?? 1;
      const [from, count] = [Math.floor(channels / 3), Math.ceil(channels / 2)];
      const map = [batch, 5, 3, channels];
      return [
        {
          name: `channels ${from} to ${from + count} of ${map.join('x')}`,
          shapes: [map],
          ours: ([x]) => someChannels(x as Tensor, from, count),
          theirs: ([x]) => tf.slice(x as Tensor, [0, 0, 0, from], [batch, 5, 3, count]),
        },
        {
          name: `${channels}, ${other} and ${channels} channels side by side in ${batch} images`,
          shapes: [map, [batch, 5, 3, other], map],
          ours: (parts) => joinChannels(parts),
          theirs: (parts) => tf.concat([...parts], 3),
        },
        {
          ...{ name: `sum of two of ${map.join('x')}`, shapes: [map, map], forwardOnly: true },
          ours: ([x, y]) => recorded(() => sum(x as Tensor, y as Tensor)).result,
          theirs: ([x, y]) => tf.add(x as Tensor, y as Tensor),
        },
        {
          ...{ name: `one added to each of ${map.join('x')}`, shapes: [map, map.slice(1)], forwardOnly: true },
          ours: ([x, y]) => recorded(() => addToEach(x as Tensor, y as Tensor)).result,
          theirs: ([x, y]) => tf.add(x as Tensor, y as Tensor),
        },
      ];
    }),
  );
}

export function mapCases(): readonly NativeCase[] {
  return [
    ...WINDOWS.flatMap((window) => [
      depthwise(window),
      plainConvolution(window),
      // A pool of one place is the map itself.
      ...(window.kernel > 1 ? [pool(window), meanPool(window)] : []),
    ]),
    ...[rectangles(), fused(), products(), moves()].flat(),
  ];
}
