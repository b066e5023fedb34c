/** The steps of one student's training as its page lists them. */
import type { LogEntryView } from '../../bridge/schemas/log.ts';
import { entryLines, LOG_EVENTS } from '../../bridge/words/log-lines.ts';
import type { LogWords } from '../../bridge/words/log-lines.ts';
import type { Trial } from '../../core/records/trial.ts';
import { sourceWords } from '../../core/strategies/registry.ts';

export interface Step {
  readonly key: string;
  readonly label: string;
  readonly at: string | undefined;
  readonly sentence: string;
  /** What the strategy means by it, where it goes on. */
  readonly reason: string | undefined;
  /** Numbers of the students whose weights it begins with. */
  readonly parents: readonly number[];
}

/** Of a training that is a whole one, from its own seed, there is nothing to list. */
export function stepsOf(words: LogWords, entries: readonly LogEntryView[], trial: Trial): readonly Step[] {
  if (!entries.some(isStep)) return [];
  return entries.flatMap((entry) => {
    const [line] = entryLines(words, [entry], () => trial);
    if (line === undefined) return [];
    const { key, at, event } = line;
    // Of one student, its family need not be said at each step.
    const family = `${words.family(trial.candidate.family)} · `;
    const sentence = line.sentence.startsWith(family) ? line.sentence.slice(family.length) : line.sentence;
    const on = entry.type === 'asked' ? entry.continues?.[0] : undefined;
    const from = entry.type === 'asked' ? entry.proposals[0]?.from : undefined;
    return [
      {
        ...{ key, at, sentence, label: LOG_EVENTS[event].label, reason: on && sourceWords(on.why.source)?.sentence },
        parents: from?.parents.filter((parent) => parent !== 'teacher') ?? [],
      },
    ];
  });
}

function isStep(entry: LogEntryView): boolean {
  if (entry.type !== 'asked') return entry.type === 'rested';
  return entry.continues !== undefined || entry.proposals.some(({ leg, from }) => leg ?? from);
}
