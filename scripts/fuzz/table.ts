/** What came of hostile inputs, a row a kind, from the notes that the tests have left
 * (tests/support/fuzz.ts). */
import type { FuzzNote } from '../../tests/support/fuzz.ts';

export interface FuzzRow {
  readonly kind: string;
  readonly inputs: number;
  /** Tests that met an input with another answer than it should get. */
  readonly untyped: number;
  /** Tests whose process died, or that ran out of time. */
  readonly crashes: number;
  readonly hangs: number;
}

/** `notes`: lines of JSON; `output`: what the test runner said, which tells a test that hung from
 * one whose process died. */
export function tabulate(notes: string, output: string): readonly FuzzRow[] {
  const rows = new Map<string, FuzzRow & { readonly open: number }>();
  for (const line of notes.split('\n').filter((text) => text !== '')) {
    const { kind, begun, done = 0, failed } = JSON.parse(line) as FuzzNote; // written by our own tests
    const row = rows.get(kind) ?? { kind, inputs: 0, untyped: 0, crashes: 0, hangs: 0, open: 0 };
    rows.set(kind, {
      ...row,
      inputs: row.inputs + done,
      untyped: row.untyped + (failed === true ? 1 : 0),
      open: row.open + (begun === undefined ? -1 : 1),
    });
  }
  const isHang = /timed out in \d+ms/.test(output);
  return [...rows.values()].map(({ open, ...row }) => ({ ...row, ...(isHang ? { hangs: open } : { crashes: open }) }));
}
