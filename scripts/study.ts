/**
 * Studies whose figures the pages tell, from what is recorded, or played again. Each says its
 * options at the top of its file. Needs Node 24.
 *
 *   npm run study -- cells [...]     scripts/study/cells.ts
 *   npm run study -- oneshot [...]   scripts/study/oneshot.ts
 *   npm run study -- gan [...]       scripts/study/gan.ts
 *   npm run study -- speech [...]    scripts/study/speech.ts
 *   npm run study -- tracing [...]   scripts/study/tracing.ts
 */
import { messageOf, WorkbenchError } from '../src/core/errors.ts';

type Study = (args: readonly string[], say: (line: string) => void) => Promise<void>;

const STUDIES: Readonly<Record<string, () => Promise<Study>>> = {
  cells: async () => (await import('./study/cells.ts')).studyCells,
  oneshot: async () => (await import('./study/oneshot.ts')).studyOneShot,
  gan: async () => (await import('./study/gan.ts')).studyGan,
  speech: async () => (await import('./study/speech.ts')).studySpeech,
  tracing: async () => (await import('./study/tracing.ts')).studyTracing,
};

const [name = '', ...args] = process.argv.slice(2);
const open = Object.hasOwn(STUDIES, name) ? STUDIES[name] : undefined;
const isUsage = (error: unknown): boolean =>
  error instanceof RangeError ||
  (error instanceof WorkbenchError && error.kind === 'input') ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

if (open === undefined) {
  console.error(`There is no study "${name}": choose one of ${Object.keys(STUDIES).join(', ')}.`);
  process.exitCode = 2;
} else {
  try {
    await (
      await open()
    )(args, (line) => console.error(line));
  } catch (error) {
    if (!isUsage(error) && !(error instanceof WorkbenchError)) throw error;
    console.error(messageOf(error));
    process.exitCode = isUsage(error) ? 2 : 1;
  }
}
