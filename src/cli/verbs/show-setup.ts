/** `trade show RUN --setup`: what a run is, and what does the same once more. */
import { inputOf, searchFault } from '../../bridge/config/config-input.ts';
import { setupCommand } from '../../bridge/config/setup-text.ts';
import type { SetupView } from '../../bridge/schemas/setup.ts';
import { setupGroups } from '../../bridge/words/setup-words.ts';
import { textTable } from '../../host/for-shells.ts';

/** `search`: what `trade search` takes for the same again; absent where this version knows not all
 * of it, and `fault` says what. */
export function setupRecord(setup: SetupView) {
  const { config } = setup.run;
  const fault = searchFault(config);
  return { ...setup, ...(fault === undefined ? { search: inputOf(config) } : { fault }) };
}

export function setupLines(setup: SetupView): readonly string[] {
  const { config } = setup.run;
  const fault = searchFault(config);
  const groups = setupGroups(setup).flatMap(({ title, rows }) => {
    const [, ...lines] = textTable(['', ''], rows);
    return [title, ...lines.map((line) => `  ${line}`), ''];
  });
  const again =
    fault === undefined
      ? ['The same once more, in a POSIX shell:', '', ...setupCommand(config).trimEnd().split('\n')]
      : [`This version cannot do the same again: ${fault}.`];
  return [...groups, ...again];
}
