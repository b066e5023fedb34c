/** Properties over many hostile inputs: how many is set by `FUZZ`, and what came of each kind is
 * written down for `npm run fuzz`. */
import { appendFileSync } from 'node:fs';
import fc from 'fast-check';

/** Inputs of a kind, or of a method of the contract; small where nobody asks for more. */
export const FUZZ = Number(process.env['FUZZ'] ?? 30);

/** A line of the tally: `done` is missing where the process died or the test ran out of time. */
export interface FuzzNote {
  readonly kind: string;
  readonly begun?: number;
  readonly done?: number;
  /** The first input that got another answer than it should; what comes after it is not tried. */
  readonly failed?: boolean;
}

function note(line: FuzzNote): void {
  const tally = process.env['FUZZ_TALLY'];
  if (tally !== undefined) appendFileSync(tally, `${JSON.stringify(line)}\n`);
}

/** Throws what `fc.assert` would throw. `kind`: the line of the table that it counts for. */
export async function fuzz<T>(
  kind: string,
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  inputs: number,
): Promise<void> {
  note({ kind, begun: inputs });
  // Sound: both sorts of properties are checked; the overloads know one at a time.
  const details = await fc.check(property as fc.IAsyncProperty<T>, { numRuns: inputs });
  note({ kind, done: details.numRuns, failed: details.failed });
  if (details.failed) throw new Error(fc.defaultReportMessage(details) ?? kind, { cause: details.errorInstance });
}
