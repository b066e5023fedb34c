/** `trade reclaim`: says what takes space without need; with kinds named, frees it. */
import { Argument } from 'commander';
import { WASTE_KINDS } from '../../bridge/schemas/upkeep.ts';
import type { WasteKind } from '../../bridge/schemas/upkeep.ts';
import { countText, textTable } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';

const COLUMNS = ['kind', '>count', '>bytes', ''];

export const reclaimVerb: Verb = (program, context) => {
  withCommonOptions(program.command('reclaim'))
    .description('show what takes space without need, or free it')
    .addArgument(new Argument('[kinds...]', 'what to free; nothing when absent').choices(WASTE_KINDS))
    .action(async (kinds: WasteKind[], options: CommonOptions) => {
      const rows = await withHost(context, options, ({ client }) =>
        kinds.length === 0 ? client.space.waste() : client.space.reclaim({ kinds }),
      );
      const lines = rows.length === 0 ? ['There was nothing to free.'] : textTable(COLUMNS, rows.map(row));
      printResult(options, { [kinds.length === 0 ? 'waste' : 'freed']: rows }, lines);
    });
};

function row(one: {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
  readonly blocked?: string;
}) {
  return [one.kind, countText(one.count), one.bytes.toLocaleString('en'), one.blocked ?? ''];
}
