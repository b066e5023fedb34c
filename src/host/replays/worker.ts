/** Process that plays strategies against one recorded table: a game takes seconds, in which its
 * host has to answer. */
import { WorkbenchError } from '../../core/errors.ts';
import type { RecordedTable } from '../../core/strategies/recorded-table.ts';
import { replay } from '../../core/strategies/replay.ts';
import type { GameOrder, ReplayAnswer, ReplayRequest } from './protocol.ts';
import { checkLimits, readTable, tableFacts } from './table.ts';

/** Between two reports of one game. */
const REPORT_MS = 100;

let table: RecordedTable | undefined;

const say = (answer: ReplayAnswer): void => void process.send?.(answer);

function answer(request: ReplayRequest): ReplayAnswer {
  if (request.type === 'play') return { type: 'played', game: play(request.order) };
  const opened = readTable(request.text, request.file);
  checkLimits(opened, request.limits, request.file);
  table = opened;
  return { type: 'opened', table: tableFacts(opened, request.limits) };
}

function play(order: GameOrder) {
  if (table === undefined) throw new WorkbenchError('internal', 'The replay worker was used before it was opened.');
  const { hypervolume, best, askMs, rows } = replay(table, { ...order, now: reportingClock(order) });
  return { hypervolume, best, askMs, rows };
}

/** Time is asked for before and after each ask: so the clock knows how many there were. It reports
 * before it is read. */
function reportingClock({ batch, budget }: GameOrder): () => number {
  let readings = 0;
  let reported = performance.now();
  return () => {
    const asks = readings / 2;
    readings += 1;
    if (Number.isInteger(asks) && performance.now() - reported >= REPORT_MS) {
      reported = performance.now();
      say({ type: 'progress', share: Math.min(1, (asks * batch) / budget) });
    }
    return performance.now();
  };
}

function refusal(error: unknown): ReplayAnswer {
  if (error instanceof WorkbenchError) {
    return { type: 'refused', code: error.code, message: error.message, place: error.place };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'refused', code: 'internal', message, place: {} };
}

process.on('message', (request) => {
  try {
    // Sound: the other end of this channel is our own host.
    say(answer(request as ReplayRequest));
  } catch (error) {
    say(refusal(error));
  }
});
process.on('disconnect', () => process.exit(0));
