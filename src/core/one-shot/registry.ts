/** All methods of one-shot search. Adding one: its file, and a line here. */
import { invalid, WorkbenchError } from '../errors.ts';
import type { Search } from '../records/events.ts';
import { darts } from './darts.ts';
import { drNas } from './dr-nas.ts';
import { idarts } from './idarts.ts';
import { resourcesOf } from './limits.ts';
import type { MixingSpace, OneShotDefinition, OneShotMethod } from './method.ts';
import { naDarts } from './na-darts.ts';
import { pathDropout } from './path-dropout.ts';
import { rcDarts } from './rc-darts.ts';
import { sharedRandom } from './shared-random.ts';

export const ONE_SHOT_METHODS = {
  darts,
  'dr-nas': drNas,
  idarts,
  'rc-darts': rcDarts,
  'na-darts': naDarts,
  'path-dropout': pathDropout,
  'shared-random': sharedRandom,
} as const satisfies Readonly<Record<string, OneShotDefinition>>;

export type OneShotMethodId = keyof typeof ONE_SHOT_METHODS;

const isMethod = (id: string): id is OneShotMethodId => Object.hasOwn(ONE_SHOT_METHODS, id);

/** `undefined` where there is none of that name. */
export const oneShotDefinition = (method: string): OneShotDefinition | undefined =>
  isMethod(method) ? ONE_SHOT_METHODS[method] : undefined;

type Chosen = Pick<Search, 'method' | 'options'>;

/** For what it is to mix. Throws `config.invalid` for a method or an option that there is not, and
 * for limits that no student of the supernet keeps. */
export function oneShotMethod(chosen: Chosen, space: MixingSpace): OneShotMethod {
  const definition = checkedMethod(chosen);
  resourcesOf(space);
  return definition.create(space, { ...definition.defaults, ...chosen.options });
}

/** Throws `config.invalid` for a method or an option that there is not, or that cannot have its
 * value. */
export function checkedMethod({ method, options }: Chosen): OneShotDefinition {
  const definition = oneShotDefinition(method);
  if (definition === undefined) {
    const known = Object.keys(ONE_SHOT_METHODS).join(', ');
    throw new WorkbenchError('config.invalid', `There is no one-shot method "${method}": choose one of ${known}.`);
  }
  const { defaults, ranges = {} } = definition;
  for (const [name, value] of Object.entries(options)) {
    const field = `strategy.options.${name}`;
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(', ');
      throw invalid(field, `One-shot method ${method} has no option "${name}": it has ${known}.`);
    }
    const { least, most, isWhole = false } = ranges[name] ?? { least: 0, most: Number.MAX_VALUE };
    if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) continue;
    const upTo = most === Number.MAX_VALUE ? 'on' : `to ${most}`;
    throw invalid(
      field,
      `"${value}" cannot be: choose a ${isWhole ? 'whole number' : 'number'} from ${least} ${upTo}.`,
    );
  }
  return definition;
}
