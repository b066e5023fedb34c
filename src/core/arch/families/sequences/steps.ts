/** What families over steps share: the modalities of each step as one token, and what is read of
 * all tokens. */
import { invalid } from '../../../errors.ts';
import type { Modality } from '../../../records/example.ts';
import type { Configuration, Dimension } from '../../../space/space.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import { numberLevel, textLevel } from '../student-family.ts';
import type { StudentTask } from '../student-family.ts';

export const JOINS = ['sum', 'concat'] as const;
export const READOUTS = ['last', 'mean'] as const;

export const JOIN_TITLE = 'Modalities side by side or added';
export const READOUT_TITLE = 'Last step or mean of all';

/** Throws `config.invalid` where the examples have no steps. */
export function modalitiesOf({ example }: StudentTask): readonly Modality[] {
  if (example?.kind === 'sequence') return example.modalities;
  throw invalid('families', 'a family over steps needs a data set of sequences: choose another family.');
}

const categorical = { role: 'other', type: 'categorical' } as const;

export const READOUT: Dimension = { name: 'readout', title: READOUT_TITLE, ...categorical, levels: READOUTS };

/** One modality has nobody to stand beside. */
export const joinsOf = (modalities: readonly Modality[]): readonly Dimension[] =>
  modalities.length > 1 ? [{ name: 'join', title: JOIN_TITLE, ...categorical, levels: JOINS }] : [];

export const joinOf = (config: Configuration): (typeof JOINS)[number] =>
  config['join'] === undefined ? 'sum' : textLevel(config, 'join', JOINS);

/** Rows of a table for each modality, of `units` each: added up, or side by side. */
export function embedded(
  g: GraphBuilder,
  modalities: readonly Modality[],
  join: (typeof JOINS)[number],
  units: number,
): Value {
  const rows = modalities.map(({ name, channel, bytes, values }) =>
    g.embed(`embed.${name}`, g.input, { channel, bytes, values, units }),
  );
  const [first = g.input] = rows;
  if (rows.length === 1) return first;
  return join === 'sum' ? g.add('embed.sum', ...rows) : g.concat('embed.join', ...rows);
}

export const readOut = (g: GraphBuilder, states: Value, config: Configuration): Value =>
  textLevel(config, 'readout', READOUTS) === 'last' ? g.lastToken('last', states) : g.meanTokens('mean', states);

/** A layer of `hidden` units and ReLU before the classifier; 0: none. */
export function hiddenLayer(g: GraphBuilder, vector: Value, config: Configuration): Value {
  const units = numberLevel(config, 'hidden');
  return units === 0 ? vector : g.activation('hidden.act', g.dense('hidden', vector, { units, bias: true }), 'relu');
}
