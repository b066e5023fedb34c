/** Text as a terminal may get it: every line that a shell prints goes through here. */
import { withoutControls } from '../../bridge/words/control-characters.ts';

/** For a line of ours: what follows a line break within is set in, so that nobody's words pass for
 * the next line. */
export const terminalText = (text: string): string => withoutControls(text).replaceAll(/\n(?! )/g, '\n  ');
