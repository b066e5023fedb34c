/** A run's configuration to take along: as a file of `trade search`, and as a command line. */
import type { SearchConfig } from '../../core/records/run.ts';
import { plainJson } from '../words/control-characters.ts';
import { inputOf } from './config-input.ts';

/** What `trade search` takes to do the same once more, every setting said. Throws `ZodError` as
 * `inputOf` does; `searchFault` tells in words. */
export function setupJson(config: SearchConfig): string {
  const lines = JSON.stringify(inputOf(config), undefined, 2).split('\n');
  return lines.map(plainJson).join('\n');
}

/** Ends the JSON in a command line: no line of JSON is a word alone. */
const END = 'END_OF_SEARCH';

/** For a POSIX shell, which takes nothing of the JSON for its own. Throws as `setupJson`. */
export const setupCommand = (config: SearchConfig): string =>
  `trade search - <<'${END}'\n${setupJson(config)}\n${END}\n`;
