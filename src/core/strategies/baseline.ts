/** What strategies without a surrogate share: filters, reference students and memory as TRADE has
 * them, one pick at a time. */
import type { RunEvent } from '../records/events.ts';
import type { Why } from '../records/proposal.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { FIRST_SOURCES, referenceMembers } from './initial.ts';
import { EMPTY_LEDGER, askedEvent, askedKeys, record, remaining } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { AskedEvent, Sources, StrategyInput } from './strategy.ts';

export interface BaselineState {
  readonly input: StrategyInput;
  readonly catalogue: Catalogue;
  readonly references: readonly Member[];
  readonly ledger: Ledger;
}

export interface Chosen {
  readonly member: Member;
  readonly why: Why;
}

/** One proposal's turn in an ask. */
export interface Turn {
  /** Index of the trial that is proposed. */
  readonly position: number;
  /** Keys of everything asked before, in this ask too. */
  readonly asked: ReadonlySet<string>;
  /** What this ask has chosen already. */
  readonly chosen: readonly Chosen[];
}

/** A proposal that is none of `asked`; `undefined` when nothing is left. */
export type Pick<S> = (state: S, turn: Turn) => Chosen | undefined;

export const BASELINE_DEFAULTS = Object.freeze({ references: true });

/** Throws what `createCatalogue` throws. */
export function startBaseline(input: StrategyInput): BaselineState {
  const catalogue = createCatalogue(input.problem, input.seed);
  const references = referenceMembers(catalogue, { ...BASELINE_DEFAULTS, ...input.options });
  return { input, catalogue, references, ledger: EMPTY_LEDGER };
}

export const foldBaseline = <S extends BaselineState>(state: S, event: RunEvent): S => ({
  ...state,
  ledger: record(state.ledger, event, state.catalogue),
});

/** Reference students first (option `references`), then what `pick` chooses, within the budget of
 * trainings or the `room` that there is instead. */
export function askInTurn<S extends BaselineState>(
  state: S,
  count: number,
  pick: Pick<S>,
  room = remaining(state.ledger, state.input.problem),
): AskedEvent {
  const { input, references, ledger } = state;
  const asked = askedKeys(ledger);
  const chosen: Chosen[] = [];
  const wanted = Math.min(count, room);
  while (chosen.length < wanted) {
    const reference = references.find(({ key }) => !asked.has(key));
    const choice: Chosen | undefined = reference
      ? { member: reference, why: { source: 'reference' } }
      : pick(state, { position: ledger.trials.length + chosen.length, asked, chosen });
    if (!choice) break;
    asked.add(choice.member.key);
    chosen.push(choice);
  }
  return askedEvent(ledger, input.seed, chosen);
}

/** A strategy whose whole state is the log. `own`: sources of its own, beside the first ones. */
export const baseline = (pick: Pick<BaselineState>, own: Sources = {}) => ({
  defaults: BASELINE_DEFAULTS,
  sources: { ...FIRST_SOURCES, ...own },
  init: startBaseline,
  fold: foldBaseline,
  ask: (state: BaselineState, count: number) => askInTurn(state, count, pick),
});
