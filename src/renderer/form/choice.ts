/** One of the values that a field can have, as people read it. */
export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly note?: string;
}
