/**
 * Eight families of honest size for images of 28 pixels: every choice free per stage, or gated per
 * block, as MnasNet, Once-for-all and NATS-Bench have it. Parameters and MACs are counted from the
 * layers that a member would have. No network is built: the accuracies are made up
 * (wide-landscape.ts).
 */
import type { Configuration, Dimension, Level, Role } from '../../../src/core/space/space.ts';
import type { WideName } from './wide-calibration.ts';

export interface WideCosts {
  readonly params: number;
  readonly macs: number;
}

export interface WideFamily {
  readonly name: WideName;
  readonly dimensions: readonly Dimension[];
  readonly costs: (config: Configuration) => WideCosts;
}

/** Sides of the feature maps of the three stages, behind a stem of stride two. */
const SIDES: readonly number[] = [14, 7, 4];
const SIDE = 28;
const CLASSES = 10;
const STAGES = [1, 2, 3] as const;
type Stage = (typeof STAGES)[number];

/** Layers added up: parameters, and MACs of one image. A normalisation has two a channel. */
class Tally {
  params = 0;
  macs = 0;

  conv(kernel: number, from: number, to: number, side: number): void {
    this.params += kernel * kernel * from * to + 2 * to;
    this.macs += kernel * kernel * from * to * side * side;
  }

  depthwise(kernel: number, channels: number, side: number): void {
    this.params += kernel * kernel * channels + 2 * channels;
    this.macs += kernel * kernel * channels * side * side;
  }

  dense(from: number, to: number, rows = 1): void {
    this.params += from * to + to;
    this.macs += from * to * rows;
  }

  squeeze(channels: number, ratio: number): void {
    if (ratio === 0) return;
    const inner = Math.ceil(channels * ratio);
    this.dense(channels, inner);
    this.dense(inner, channels);
  }
}

type Gate = Dimension['activeWhen'];

const dimension = (
  name: string,
  role: Role,
  type: Dimension['type'],
  levels: readonly Level[],
  gate?: Gate,
): Dimension => ({ name, title: name, role, type, levels, ...(gate && { activeWhen: gate }) });

const ordinal = (name: string, role: Role, levels: readonly number[], gate?: Gate): Dimension =>
  dimension(name, role, 'ordinal', levels, gate);

const categorical = (name: string, levels: readonly string[]): Dimension =>
  dimension(name, 'other', 'categorical', levels);

const upTo = (last: number, first = 1): readonly number[] => {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
};

/** The level of a dimension that is a number; 0 where it is not active. */
const of = (config: Configuration, name: string): number => Number(config[name] ?? 0);

const family = (
  name: WideName,
  dimensions: readonly Dimension[],
  add: (tally: Tally, config: Configuration) => void,
): WideFamily => ({
  name,
  dimensions,
  costs(config) {
    const tally = new Tally();
    add(tally, config);
    return { params: tally.params, macs: tally.macs };
  },
});

const sideOf = (stage: Stage): number => SIDES[stage - 1]!;
/** Where a stage's first block looks: still at the side of the stage before. */
const sideBefore = (stage: Stage): number => SIDES[Math.max(0, stage - 2)]!;
const widthsOf = (widths: readonly (readonly number[])[], stage: Stage): readonly number[] => widths[stage - 1]!;

/** The last convolution, `head` times as wide as what comes in, and the classes. */
function addHead(tally: Tally, channels: number, head: number): void {
  tally.conv(1, channels, channels * head, sideOf(3));
  tally.dense(channels * head, CLASSES);
}

const INVERTED_WIDTHS = [
  [4, 6, 8, 12, 16, 24],
  [8, 12, 16, 24, 32, 40],
  [16, 24, 32, 40, 48, 64],
];

/** Inverted residuals, MobileNetV2's or, with squeeze and activations, V3's; expansion, kernel and
 * squeeze per stage, or per block and gated by the stage's depth. */
function inverted(name: 'mobilenet-v2' | 'mobilenet-v3', by: 'stage' | 'block'): WideFamily {
  const isThird = name === 'mobilenet-v3';
  const depth = 4;
  const dimensions = STAGES.flatMap((stage) => [
    ordinal(`width${stage}`, 'width', widthsOf(INVERTED_WIDTHS, stage)),
    ordinal(`blocks${stage}`, 'depth', upTo(depth)),
    ...(by === 'stage' ? [1] : upTo(depth)).flatMap((block) => {
      const unit = by === 'stage' ? `${stage}` : `${stage}b${block}`;
      const gate = block > 1 ? { dimension: `blocks${stage}`, levels: upTo(depth, block) } : undefined;
      return [
        ordinal(`expansion${unit}`, 'expansion', [1, 2, 3, 4, 6], gate),
        ordinal(`kernel${unit}`, 'kernel', [3, 5, 7], gate),
        ...(isThird ? [ordinal(`squeeze${unit}`, 'attention', [0, 0.25], gate)] : []),
      ];
    }),
    ...(isThird && by === 'stage' ? [categorical(`activation${stage}`, ['relu', 'hardSwish'])] : []),
  ]);
  return family(name, [...dimensions, ordinal('head', 'width', [1, 2, 3])], (tally, config) => {
    let channels = of(config, 'width1');
    tally.conv(3, 1, channels, sideOf(1));
    for (const stage of STAGES) {
      for (const block of upTo(of(config, `blocks${stage}`))) {
        const unit = by === 'stage' ? `${stage}` : `${stage}b${block}`;
        const width = of(config, `width${stage}`);
        const wide = channels * of(config, `expansion${unit}`);
        if (wide !== channels) tally.conv(1, channels, wide, block === 1 ? sideBefore(stage) : sideOf(stage));
        tally.depthwise(of(config, `kernel${unit}`), wide, sideOf(stage));
        tally.squeeze(wide, of(config, `squeeze${unit}`));
        tally.conv(1, wide, width, sideOf(stage));
        channels = width;
      }
    }
    addHead(tally, channels, of(config, 'head'));
  });
}

const RESNET_WIDTHS = [
  [4, 6, 8, 12, 16],
  [8, 12, 16, 24, 32],
  [16, 24, 32, 48, 64],
];

/** Stages one and three may be left out. */
function resnet(): WideFamily {
  const dimensions = STAGES.flatMap((stage) => {
    const gate = stage === 2 ? undefined : { dimension: `blocks${stage}`, levels: [1, 2, 3] };
    const width = (when?: Gate): Dimension => ordinal(`width${stage}`, 'width', widthsOf(RESNET_WIDTHS, stage), when);
    return [
      ...(stage === 1 ? [width()] : []),
      ordinal(`blocks${stage}`, 'depth', stage === 2 ? [1, 2, 3] : [0, 1, 2, 3]),
      ...(stage === 1 ? [] : [width(gate)]),
      ordinal(`kernel${stage}`, 'kernel', [3, 5], gate),
      ordinal(`squeeze${stage}`, 'attention', [0, 0.25], gate),
    ];
  });
  return family('resnet', [...dimensions, categorical('activation', ['relu', 'swish'])], (tally, config) => {
    let channels = of(config, 'width1');
    tally.conv(3, 1, channels, sideOf(1));
    for (const stage of STAGES) {
      for (const block of upTo(of(config, `blocks${stage}`))) {
        const [width, kernel] = [of(config, `width${stage}`), of(config, `kernel${stage}`)];
        tally.conv(kernel, channels, width, sideOf(stage));
        tally.conv(kernel, width, width, sideOf(stage));
        tally.squeeze(width, of(config, `squeeze${stage}`));
        if (channels !== width || (stage > 1 && block === 1)) tally.conv(1, channels, width, sideOf(stage));
        channels = width;
      }
    }
    tally.dense(channels, CLASSES);
  });
}

const SHUFFLE_WIDTHS = [
  [8, 16, 24, 32, 48],
  [16, 32, 48, 64, 96],
  [16, 32, 64, 128, 192],
];

function shuffle(): WideFamily {
  const dimensions = STAGES.flatMap((stage) => [
    ordinal(`width${stage}`, 'width', widthsOf(SHUFFLE_WIDTHS, stage)),
    ordinal(`units${stage}`, 'depth', upTo(4)),
    ordinal(`kernel${stage}`, 'kernel', [3, 5, 7]),
  ]);
  return family('shufflenet-v2', [...dimensions, ordinal('head', 'width', [1, 2, 3])], (tally, config) => {
    let channels = of(config, 'width1');
    tally.conv(3, 1, channels, sideOf(1));
    for (const stage of STAGES) {
      const [side, kernel] = [sideOf(stage), of(config, `kernel${stage}`)];
      const half = of(config, `width${stage}`) / 2;
      for (const unit of upTo(of(config, `units${stage}`))) {
        // The first unit of a stage that halves the side works on both branches.
        if (unit === 1 && stage > 1) {
          tally.depthwise(kernel, channels, side);
          tally.conv(1, channels, half, side);
          tally.conv(1, channels, half, side);
        } else tally.conv(1, half, half, side);
        tally.depthwise(kernel, half, side);
        tally.conv(1, half, half, side);
        channels = 2 * half;
      }
    }
    addHead(tally, channels, of(config, 'head'));
  });
}

const CONVNEXT_WIDTHS = [
  [4, 8, 12, 16, 24],
  [8, 16, 24, 32, 48],
  [16, 32, 48, 64, 96],
];

function convnext(): WideFamily {
  const stages = STAGES.flatMap((stage) => [
    ordinal(`width${stage}`, 'width', widthsOf(CONVNEXT_WIDTHS, stage)),
    ordinal(`blocks${stage}`, 'depth', upTo(4)),
    ordinal(`expansion${stage}`, 'expansion', upTo(4)),
    ordinal(`kernel${stage}`, 'kernel', [3, 5, 7]),
  ]);
  return family('convnext', [ordinal('patch', 'patch', [2, 4]), ...stages], (tally, config) => {
    const patch = of(config, 'patch');
    const sides = patch === 2 ? SIDES : [7, 4, 2];
    let channels = of(config, 'width1');
    tally.conv(patch, 1, channels, sides[0]!);
    for (const stage of STAGES) {
      const [side, width] = [sides[stage - 1]!, of(config, `width${stage}`)];
      if (stage > 1) tally.conv(2, channels, width, side);
      channels = width;
      const inner = width * of(config, `expansion${stage}`);
      for (let block = 0; block < of(config, `blocks${stage}`); block++) {
        tally.depthwise(of(config, `kernel${stage}`), width, side);
        tally.conv(1, width, inner, side);
        tally.conv(1, inner, width, side);
      }
    }
    tally.dense(channels, CLASSES);
  });
}

/** A block of attention or of token mixing, and its perceptron, over `tokens` rows of `width`. */
function addAttention(tally: Tally, width: number, tokens: number): void {
  for (let matrix = 0; matrix < 4; matrix++) tally.dense(width, width, tokens);
  tally.macs += 2 * tokens * tokens * width;
}

function addPerceptron(tally: Tally, width: number, ratio: number, tokens: number): void {
  tally.dense(width, width * ratio, tokens);
  tally.dense(width * ratio, width, tokens);
  tally.params += 4 * width;
}

/** Two convolutional stages and one of attention. */
function coatnet(): WideFamily {
  const dimensions = [
    ordinal('width1', 'width', [4, 8, 12, 16]),
    ordinal('width2', 'width', [8, 16, 24, 32]),
    ordinal('width3', 'width', [16, 32, 48, 64]),
    ...([1, 2] as const).flatMap((stage) => [
      ordinal(`blocks${stage}`, 'depth', upTo(3)),
      ordinal(`expansion${stage}`, 'expansion', upTo(4)),
      ordinal(`kernel${stage}`, 'kernel', [3, 5, 7]),
      ordinal(`squeeze${stage}`, 'attention', [0, 0.25]),
    ]),
    ordinal('blocks3', 'depth', upTo(4)),
    ordinal('expansion3', 'expansion', upTo(4)),
    ordinal('headWidth', 'heads', [4, 8, 16]),
  ];
  return family('coatnet', dimensions, (tally, config) => {
    let channels = of(config, 'width1');
    tally.conv(3, 1, channels, sideOf(1));
    tally.conv(3, channels, channels, sideOf(1));
    for (const stage of [1, 2] as const) {
      const width = of(config, `width${stage}`);
      for (const block of upTo(of(config, `blocks${stage}`))) {
        const wide = channels * of(config, `expansion${stage}`);
        tally.conv(1, channels, wide, block === 1 ? sideBefore(stage) : sideOf(stage));
        tally.depthwise(of(config, `kernel${stage}`), wide, sideOf(stage));
        tally.squeeze(wide, of(config, `squeeze${stage}`));
        tally.conv(1, wide, width, sideOf(stage));
        channels = width;
      }
    }
    const [width, tokens] = [of(config, 'width3'), sideOf(3) ** 2];
    tally.conv(1, channels, width, sideOf(3));
    for (let block = 0; block < of(config, 'blocks3'); block++) {
      addAttention(tally, width, tokens);
      addPerceptron(tally, width, of(config, 'expansion3'), tokens);
    }
    tally.dense(width, CLASSES);
  });
}

/** Patches as tokens; heads or hidden tokens and the perceptron's ratio per block, as far as there
 * are blocks. */
function tokens(name: 'vit' | 'mlp-mixer', depth: number): WideFamily {
  const isMixer = name === 'mlp-mixer';
  const blocks = upTo(depth).flatMap((block) => {
    const gate = block > 1 ? { dimension: 'blocks', levels: upTo(depth, block) } : undefined;
    return [
      isMixer
        ? ordinal(`hidden${block}`, 'expansion', [8, 16, 32, 64], gate)
        : ordinal(`heads${block}`, 'heads', [1, 2, 4], gate),
      ordinal(`ratio${block}`, 'expansion', upTo(4), gate),
    ];
  });
  const dimensions = [
    ordinal('patch', 'patch', [4, 7, 14]),
    ordinal('width', 'width', [8, 16, 24, 32, 40, 48, 64, 80]),
    ordinal('blocks', 'depth', upTo(depth)),
    ...blocks,
  ];
  return family(name, dimensions, (tally, config) => {
    const [patch, width] = [of(config, 'patch'), of(config, 'width')];
    const count = (SIDE / patch) ** 2;
    tally.dense(patch ** 2, width, count);
    if (!isMixer) tally.params += count * width; // places
    for (const block of upTo(of(config, 'blocks'))) {
      if (isMixer) {
        tally.dense(count, of(config, `hidden${block}`), width);
        tally.dense(of(config, `hidden${block}`), count, width);
      } else addAttention(tally, width, count);
      addPerceptron(tally, width, of(config, `ratio${block}`), count);
    }
    tally.dense(width, CLASSES);
  });
}

/** Ten to nineteen dimensions a family, 4.8e5 to 9e9 members. */
export const wideFamilies = (): readonly WideFamily[] => [
  ...[resnet(), inverted('mobilenet-v2', 'stage'), inverted('mobilenet-v3', 'stage'), shuffle(), convnext(), coatnet()],
  ...[tokens('vit', 6), tokens('mlp-mixer', 6)],
];

/** Three families with choices per block, as in Once-for-all: 19 to 43 dimensions. */
export const blockFamilies = (): readonly WideFamily[] => [
  inverted('mobilenet-v3', 'block'),
  tokens('vit', 8),
  tokens('mlp-mixer', 8),
];
