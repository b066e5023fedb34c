/** Numbers and names of log lines as windows write them. */
import type { LogWords } from '../../../bridge/words/log-lines.ts';
import { formatDuration, formatPercent } from '../../format.ts';
import type { useCatalog } from '../../stores/catalog.ts';
import { strategyText } from '../../words.ts';

export const logWords = (catalog: ReturnType<typeof useCatalog>): LogWords => ({
  percent: (share) => formatPercent(share, 2),
  duration: formatDuration,
  family: (name) => catalog.familyTitle(name),
  strategy: (run) => strategyText(run, catalog.strategyOf(run.config.strategy.id)),
});
