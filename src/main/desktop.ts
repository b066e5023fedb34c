/** Tells the desktop of the work under way: taskbar, sleep, and a notice at the end. The rules are
 * in work-signs.ts. */
import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Host } from '../host/for-shells.ts';
import { afterEvent, keepsAwake, NO_WORK, noticesBetween, progressOf, workOf } from './work-signs.ts';
import type { Notice, Work } from './work-signs.ts';

export interface Desktop {
  /** Undefined while there is none. */
  window(): BrowserWindow | undefined;
  /** Brings the window back, where a notice is clicked. */
  show(): void;
}

/** More than that does not run at once. */
const READ = { limit: 200 } as const;

/** Resolves when the host closes. */
export async function followOnDesktop({ client }: Pick<Host, 'client'>, desktop: Desktop): Promise<void> {
  let work: Work = NO_WORK;
  let blocker: number | undefined;
  /** A notice that nobody refers to may be collected before it is clicked. */
  const shown = new Set<Notification>();

  function tell({ title, body }: Notice): void {
    // Who looks at the window sees it there.
    if (desktop.window()?.isFocused() || !Notification.isSupported()) return;
    const notice = new Notification({ title, body });
    shown.add(notice);
    notice.on('click', desktop.show);
    notice.on('close', () => shown.delete(notice));
    notice.show();
  }

  function take(next: Work, notices: readonly Notice[]): void {
    work = next;
    if (keepsAwake(work)) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else letSleep();
    const progress = progressOf(work);
    // Below 0 there is none, above 1 one without an end.
    desktop.window()?.setProgressBar(progress === undefined ? -1 : progress === 'busy' ? 2 : progress);
    notices.forEach(tell);
  }

  function letSleep(): void {
    if (blocker !== undefined) powerSaveBlocker.stop(blocker);
    blocker = undefined;
  }

  try {
    for await (const event of await client.events.watch()) {
      if (event.type === 'synced') {
        const [{ rows }, jobs] = await Promise.all([client.runs.list(READ), client.jobs.list()]);
        take(workOf(rows, jobs), noticesBetween(work, rows, jobs));
      } else {
        const { work: next, notices } = afterEvent(work, event);
        if (next !== work) take(next, notices);
      }
    }
  } finally {
    letSleep();
  }
}
