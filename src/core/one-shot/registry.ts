/** All methods of one-shot search. Adding one: its file, and a line here. */
import { WorkbenchError } from '../errors.ts';
import type { Search } from '../records/events.ts';
import { darts } from './darts.ts';
import type { MixingSpace, OneShotDefinition, OneShotMethod } from './method.ts';

const ONE_SHOT_METHODS: Readonly<Record<string, OneShotDefinition>> = { darts };

/** For what it is to mix. Throws `config.invalid` for a method or an option that there is
 * not. */
export function oneShotMethod(
  { method, options }: Pick<Search, 'method' | 'options'>,
  space: MixingSpace,
): OneShotMethod {
  const definition = Object.hasOwn(ONE_SHOT_METHODS, method) ? ONE_SHOT_METHODS[method] : undefined;
  if (definition === undefined) {
    const known = Object.keys(ONE_SHOT_METHODS).join(', ');
    throw new WorkbenchError('config.invalid', `There is no one-shot method "${method}": choose one of ${known}.`);
  }
  const { defaults } = definition;
  const stranger = Object.keys(options).find((name) => !Object.hasOwn(defaults, name));
  if (stranger !== undefined) {
    const known = Object.keys(defaults).join(', ');
    throw new WorkbenchError(
      'config.invalid',
      `One-shot method ${method} has no option "${stranger}": it has ${known}.`,
    );
  }
  return definition.create(space, { ...defaults, ...options });
}
