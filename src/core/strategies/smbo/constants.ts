/** The settings of SMBO, in one place: those of its loop's source (Perez-Rua et al. 2019, MFAS), as
 * far as they are known to us, or a choice of this project [R]. */

export const SMBO = Object.freeze({
  /** Students that are drawn before the surrogate learns again. [R] */
  drawn: 12,
  /** Temperature of the first and of the last draw. */
  hottest: 10,
  coldest: 0.2,
  /** Decays of the temperature in a search: the source counts 4 levels to one, and has 12. */
  decays: 3,
  /** Share of the budget that students of one layer have at most. [R] */
  firstShare: 0.5,
  /** Of a family that is too large to list, students of one layer that are listed. [R] */
  listed: 2_000,
  /** Students of a level that are extended. [R] */
  parents: 12,

  /** Of the surrogate; it is also the length of an embedding. */
  units: 32,
  passes: 50,
  /** Results of a pass: all, or so many of them by chance. [R] */
  most: 48,

  /** Adam (Kingma and Ba 2015). [R] */
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});
