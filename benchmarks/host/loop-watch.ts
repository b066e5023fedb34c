/**
 * Loaded before the program by `--import`: watches the event loop of the process that it is loaded
 * into, and answers the benchmark over the channel that this process was started with. The program
 * knows nothing of it.
 */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A stretch in which the loop served nobody. */
export interface LoopBlock {
  /** Microseconds of the clock that profiles use. */
  readonly from: number;
  readonly to: number;
  /** Of it, how long this thread computed; the rest it waited for the disk or for a processor that
   * others had. */
  readonly busyMs: number;
}

export interface LoopFigures {
  /** How long others had to wait: beyond the sampling interval. */
  readonly medianMs: number;
  readonly p999Ms: number;
  readonly longestMs: number;
  /** The longest first. */
  readonly blocks: readonly LoopBlock[];
  /** Most memory that the process held. */
  readonly peakMb: number;
}

export type LoopOrder = 'begin' | 'read';

/** The histogram's values are the times between two samples: this much of them is nobody's
 * delay. */
const SAMPLE_MS = 1;
const LEAST_BLOCK_MS = 10;
const MOST_BLOCKS = 1000;

if (process.send !== undefined) {
  // As the program's own entry does (src/web/index.ts).
  enableCompileCache(join(import.meta.dirname, '../../.cache/compile'));
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - SAMPLE_MS);
  const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);
  let blocks: LoopBlock[] = [];
  let last = 0;
  let cpu = process.threadCpuUsage();

  function tick(): void {
    const now = microseconds();
    const used = process.threadCpuUsage(cpu);
    if (now - last > 1000 * LEAST_BLOCK_MS && blocks.length < MOST_BLOCKS) {
      blocks.push({ from: last, to: now, busyMs: (used.user + used.system) / 1000 });
    }
    last = now;
    cpu = process.threadCpuUsage();
  }

  process.on('message', (order: LoopOrder) => {
    if (order === 'begin') {
      histogram.reset();
      histogram.enable();
      blocks = [];
      last = microseconds();
      cpu = process.threadCpuUsage();
      setInterval(tick, SAMPLE_MS).unref();
      return process.send?.('begun');
    }
    return process.send?.({
      medianMs: delayMs(histogram.percentile(50)),
      p999Ms: delayMs(histogram.percentile(99.9)),
      longestMs: delayMs(histogram.max),
      blocks: blocks.sort((left, right) => right.to - right.from - (left.to - left.from)),
      peakMb: process.resourceUsage().maxRSS / 1024,
    } satisfies LoopFigures);
  });
  // The program ends when it has nothing more to do, as without us.
  process.channel?.unref();
}
