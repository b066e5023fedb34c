/**
 * The settings of RANK-NOSH, in one place. [R]: a choice of this project. The paper (Wang, Chen,
 * Cheng, Tang and Hsieh 2021, arXiv 2108.08019) is known to us by its abstract and by notes on it.
 */

export const NOSH = Object.freeze({
  /** The share of a level that goes on: the paper finds .4 to .7 alike, and .3 worse. */
  ratio: 0.5,
  /** Students that enter in a round, by one ranking. [R] */
  round: 6,
  /** Levels below the whole training, as shares of it. [R] */
  shares: [1 / 4, 1 / 2],

  /** Units of the ranker; the paper's is a graph network, ours has one layer over the surrogate's
   * encoding. [R] */
  units: 24,
  /** Passes over all pairs, and the most students of one pass. [R] */
  passes: 150,
  students: 200,
  /** Adam (Kingma and Ba 2015); rate and decay of the weights. [R] */
  learningRate: 0.02,
  decay: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  /** Of families that are too large to list: students whose neighbours are ranked too. [R] */
  parents: 5,
});
