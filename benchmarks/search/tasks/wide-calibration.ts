/**
 * What the accuracies of the wide tasks are made of: for each family the trend
 * `plateau - drop exp(-z / saturation)` over log size z, and what it leaves over. Fitted by least
 * squares to the recorded table `resources/tables/fashion-kd.json` (Fashion-MNIST, distilled
 * students, mean of two seeds); `students` of each family stood in it then.
 *
 * | symbol     | meaning                                                               |
 * | z          | (ln(params / 2,500) + ln(MACs / 1e5)) / 2                             |
 * | plateau    | accuracy of a large student                                           |
 * | drop       | by how much one of z = 0 is below it                                  |
 * | saturation | growth of z by which that is 1 / e of it                              |
 * | residual   | deviation of the accuracies from the trend, a training's noise in it  |
 */
export interface Calibration {
  readonly plateau: number;
  readonly drop: number;
  readonly saturation: number;
  readonly residual: number;
  readonly students: number;
}

export const CALIBRATION = {
  resnet: { plateau: 0.9024, drop: 0.06173, saturation: 1.3, residual: 0.0058, students: 129 },
  'mobilenet-v2': { plateau: 0.90516, drop: 0.07883, saturation: 1.3, residual: 0.01004, students: 24 },
  'mobilenet-v3': { plateau: 0.90793, drop: 0.06739, saturation: 2.2, residual: 0.00602, students: 22 },
  'shufflenet-v2': { plateau: 0.91117, drop: 0.0646, saturation: 1.7, residual: 0.00617, students: 23 },
  convnext: { plateau: 0.91491, drop: 0.06144, saturation: 4, residual: 0.00375, students: 23 },
  coatnet: { plateau: 0.87355, drop: 0.02976, saturation: 4, residual: 0.01377, students: 23 },
  vit: { plateau: 0.84468, drop: 0.01805, saturation: 1.3, residual: 0.00872, students: 24 },
  'mlp-mixer': { plateau: 0.88949, drop: 0.04922, saturation: 3, residual: 0.00495, students: 130 },
} as const satisfies Readonly<Record<string, Calibration>>;

export type WideName = keyof typeof CALIBRATION;

export const SIZE = Object.freeze({ params: 2500, macs: 1e5 });

/** Deviation of a training's accuracy, which the residuals hold beside what the choices make. */
export const CALIBRATED_NOISE = 0.003;

export const isWideName = (name: string): name is WideName => Object.hasOwn(CALIBRATION, name);
