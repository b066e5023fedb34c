/** Terms of the field that a newcomer meets in the window, each in words that need no other. */
interface Term {
  readonly term: string;
  readonly words: string;
}

export const GLOSSARY = {
  front: {
    term: 'Front',
    words: 'The students that no other one beats in everything: each is the most accurate of its cost or less.',
  },
  hypervolume: {
    term: 'Hypervolume',
    words:
      'How much of the reference box the front covers. It grows whenever the front gets better anywhere, so that ' +
      'two searches can be compared by one number.',
  },
  box: {
    term: 'Reference box',
    words:
      'What the hypervolume is a share of: from the reference accuracy and the largest cost that count, to 100 % ' +
      'and no cost at all. Searches are comparable where their boxes are the same.',
  },
  knee: {
    term: 'Knee',
    words: 'The student of the front after which more cost buys little accuracy.',
  },
  distillation: {
    term: 'Distillation',
    words:
      'A small student learns what a large teacher answers to each example: the probabilities of all classes, not ' +
      'the right one alone.',
  },
  surrogate: {
    term: 'Surrogate',
    words:
      'A model of the results so far. It predicts what an untrained student would reach, and how sure that is, so ' +
      'that the search trains where something may be found.',
  },
  region: {
    term: 'Trust region',
    words:
      'A neighbourhood of students in which the search trusts its surrogate. It widens after successes and narrows ' +
      'after failures.',
  },
  global: {
    term: 'Global arm',
    words: 'The share of proposals that look at the whole space, beside those that stay in a region.',
  },
  fidelity: {
    term: 'Faithful, partial, reconstruction',
    words:
      'How close a strategy here is to its source. Faithful: as published. Partial: a part of it. Reconstruction: ' +
      'what the paper leaves open was filled in by us.',
  },
  macs: {
    term: 'MACs',
    words: 'Multiplications with an addition that one pass of the network takes: its work, whatever the machine.',
  },
  calibration: {
    term: 'Calibration',
    words: 'Whether predictions are as sure as they should be: of those given with 80 %, four in five are right.',
  },
  nats: {
    term: 'Nats',
    words: 'Units of information, as bits are: one is 1.44 bits. Losses and log scores are told in them.',
  },
  reward: {
    term: 'Reward',
    words: 'One number of accuracy and cost together, for strategies that can follow no more than one.',
  },
} as const satisfies Readonly<Record<string, Term>>;

export type GlossaryId = keyof typeof GLOSSARY;
