/** Memory of the processes that draw the page, as the system counts it. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';

/** Most megabytes that the largest renderer process ever held in memory; NaN where the system does
 * not tell (not Linux). */
export async function peakRendererMb(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => peakMb(id));
    return renderers.reduce((most, one) => Math.max(most, one), renderers.length > 0 ? -Infinity : NaN);
  } finally {
    await session.detach();
  }
}

function peakMb(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? NaN) / 1024;
  } catch {
    return NaN;
  }
}
