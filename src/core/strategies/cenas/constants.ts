/** Settings of CENAS; those marked [R] are ours, as its paper names none. */
export const CENAS = Object.freeze({
  /** Temperature of the first acceptance, in units of the objective; it falls to 0 along the
   * budget. [R] */
  temperature: 0.02,
});
