/** What strategies without a surrogate share: filters, reference students and memory as TRADE has them, one pick at a time. */
import type { Why } from '../events.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, Member } from './catalogue.ts';
import { referenceMembers } from './initial.ts';
import { EMPTY_LEDGER, askedEvent, askedKeys, record, remaining } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { Strategy, StrategyInput } from './strategy.ts';

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

const DEFAULTS = Object.freeze({ references: true });

/**
 * Reference students first (option `references`), then what `pick` chooses for the trial at `position`: never one of
 * `asked`; `undefined` when nothing is left.
 */
export function baseline(
  pick: (state: BaselineState, position: number, asked: ReadonlySet<string>) => Chosen | undefined,
): Pick<Strategy<BaselineState>, 'defaults' | 'init' | 'fold' | 'ask'> {
  return {
    defaults: DEFAULTS,
    init(input) {
      const catalogue = createCatalogue(input.problem, input.seed);
      const references = referenceMembers(catalogue, { ...DEFAULTS, ...input.options });
      return { input, catalogue, references, ledger: EMPTY_LEDGER };
    },
    fold: (state, event) => ({ ...state, ledger: record(state.ledger, event, state.catalogue) }),
    ask(state, count) {
      const { input, references, ledger } = state;
      const asked = askedKeys(ledger);
      const chosen: Chosen[] = [];
      const wanted = Math.min(count, remaining(ledger, input.problem));
      while (chosen.length < wanted) {
        const reference = references.find(({ key }) => !asked.has(key));
        const choice: Chosen | undefined = reference
          ? { member: reference, why: { source: 'reference' } }
          : pick(state, ledger.trials.length + chosen.length, asked);
        if (!choice) break;
        asked.add(choice.member.key);
        chosen.push(choice);
      }
      return askedEvent(ledger, input.seed, chosen);
    },
  };
}
