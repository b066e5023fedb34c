/** Options of strategies as people read them, by the names that configurations have. */

export interface OptionWords {
  readonly title: string;
  /** What it changes. */
  readonly hint: string;
  /** Of one that is chosen from words: each value with its title. */
  readonly choices?: Readonly<Record<string, string>>;
}

const OPTION_WORDS: Readonly<Record<string, OptionWords>> = {
  references: { title: 'Reference students', hint: 'The predefined student of each family is trained first' },
  regions: { title: 'Trust region', hint: 'Searches near the front beside the whole space' },
  familyArm: { title: 'Turns for starved families', hint: 'A family that was hardly tried goes on from its own best' },
  mainEffects: { title: 'Main effects', hint: 'The surrogate learns what each choice does by itself' },
  costFeatures: { title: 'Costs as features', hint: 'The surrogate sees parameters and MACs beside the choices' },
  shortTrainings: { title: 'Short trainings', hint: 'Students begin with a short training; the promising go on' },
  stopRule: { title: 'Stop the hopeless', hint: 'A training that can no longer reach the front is given up' },
  alpha: { title: 'Weight of entropy', hint: 'More of it tries more widely' },
  levels: {
    title: 'Levels',
    hint: 'Epochs after which the better half goes on, as 2/4/8; chosen by the schedule when empty',
  },
  ranker: { title: 'Pairwise ranker', hint: 'A network that learns which of two is better chooses who enters' },
  growth: {
    ...{ title: 'New filters', hint: 'What a grown layer begins with' },
    choices: { expand: 'From known ones (conceptual expansion)', random: 'By chance' },
  },
  neighbours: { title: 'Neighbours', hint: 'Trained beside each centre' },
  aggregate: {
    ...{ title: 'Counts by', hint: 'What of a neighbourhood its centre is judged by' },
    choices: { mean: 'Its mean', min: 'Its worst' },
  },
  encoding: {
    ...{ title: 'Encoding', hint: 'How a student is described to the search' },
    choices: { arch2vec: 'Embedding (arch2vec)', 'one-hot': 'One-hot' },
  },
  weights: {
    ...{ title: 'A student begins with', hint: 'One that has a layer more than its parent' },
    choices: { inherit: "Its parent's weights", own: 'Weights of its own' },
  },
  searchEpochs: { title: 'Epochs of the search', hint: 'In which one network of all students is trained' },
  learningRate: { title: 'Rate of the choices', hint: 'Learning rate of what is learned of the paths' },
  weightDecay: { title: 'Decay of the choices', hint: 'Weight decay of what is learned of the paths' },
  order: {
    ...{ title: 'Order', hint: 'Second looks one step of the weights ahead, and costs more than twice as much' },
    choices: { 1: 'First', 2: 'Second' },
  },
  regularisation: { title: 'Pull to even', hint: 'Draws the concentration of the paths towards its start' },
  warmup: { title: 'Warm-up', hint: 'Share of the epochs before paths are weighed' },
  stages: { title: 'Stages', hint: 'With two, half the epochs see fewer channels and the rest fewer paths' },
  firstPart: { title: 'Channels at first', hint: 'One of so many takes part' },
  secondPart: { title: 'Channels later', hint: 'One of so many takes part in the second stage' },
  keep: { title: 'Paths kept', hint: 'Of each edge, for the second stage' },
  steps: { title: 'Steps between', hint: 'Of the weights, before the paths are weighed again' },
  terms: { title: 'Terms', hint: 'Of the series that stands for the inverse Hessian' },
  projection: {
    ...{ title: 'Limits are kept by', hint: 'What brings the search within its limits' },
    choices: { 1: 'Projection', 0: 'A penalty alone' },
  },
  penalty: { title: 'Weight of the penalty', hint: 'On what is above a limit' },
  copies: { title: 'Copies', hint: 'Perturbed ones, whose mean loss counts' },
  delta: { title: 'Perturbation', hint: 'How far a copy goes towards one path of one edge' },
  dropout: { title: 'Dropout', hint: 'Chance of a path to be left out' },
  picks: { title: 'Students looked at', hint: 'Judged with the shared weights when the search ends' },
  seeds: { title: 'Trainings of each', hint: 'Every one with a seed of its own' },
  from: {
    ...{ title: 'Begin with', hint: 'The weights that a training begins with' },
    choices: { chance: 'Weights drawn anew', searched: 'Those that the search left', teacher: "The teacher's" },
  },
};

/** An option that nobody has described goes by its name. */
export const optionWords = (name: string): OptionWords =>
  (Object.hasOwn(OPTION_WORDS, name) ? OPTION_WORDS[name] : undefined) ?? { title: name, hint: '' };

/** `yes`, the title of a chosen value, or the value itself. */
export function optionValueText(name: string, value: number | string | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return optionWords(name).choices?.[String(value)] ?? String(value);
}

export const testing = { OPTION_WORDS };
