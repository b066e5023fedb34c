/** What families over steps share: the modalities of each step as one token, and what is read of
 * all tokens. */
import { invalid } from '../../../errors.ts';
import type { Modality } from '../../../records/example.ts';
import type { Configuration, Dimension } from '../../../space/space.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import { numberLevel, textLevel } from '../student-family.ts';
import type { StudentTask } from '../student-family.ts';
import type { Stage } from '../wide/parts.ts';

const JOINS = ['sum', 'concat'] as const;
export const READOUTS = ['last', 'mean'] as const;

export const READOUT_TITLE = 'Last step or mean of all';

/** Throws `config.invalid` where the examples have no steps. */
export function modalitiesOf({ example }: StudentTask): readonly Modality[] {
  if (example?.kind === 'sequence') return example.modalities;
  throw invalid('families', 'a family over steps needs a data set of sequences: choose another family.');
}

const categorical = { role: 'other', type: 'categorical' } as const;

export const READOUT: Dimension = { name: 'readout', title: READOUT_TITLE, ...categorical, levels: READOUTS };

/** One modality has nobody to stand beside. `choose`: makes the dimension of a wide family. */
export const joinsOf = (
  modalities: readonly Modality[],
  choose = (name: string, title: string, levels: readonly string[]): Dimension => ({
    ...{ name, title, ...categorical, levels },
  }),
): readonly Dimension[] => (modalities.length > 1 ? [choose('join', 'Modalities side by side or added', JOINS)] : []);

/** The first stage of a wide family over steps: its tokens, by width and join. */
export function tokensStage(
  join: readonly Dimension[],
  build: (g: GraphBuilder, config: Configuration) => Value,
): Stage {
  const owns = ['width', ...join.map(({ name }) => name)];
  return { owns, parts: [{ reads: owns, build: (g, _x, config) => build(g, config) }] };
}

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
