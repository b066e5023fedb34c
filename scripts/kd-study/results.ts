/** What the study records of a finished training. */
export interface Result {
  readonly id: string;
  readonly arm: string;
  readonly family: string;
  readonly seed: number;
  readonly params: number;
  readonly macs: number;
  readonly epochs: number;
  /** Of all validation images, after the last epoch. */
  readonly validationAccuracy: number;
  /** Of all test images; not measured where something is tuned. */
  readonly testAccuracy?: number;
  /** Test accuracy of its teacher. */
  readonly teacherAccuracy?: number;
  readonly seconds: number;
}
