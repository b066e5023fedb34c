/**
 * Time as a person at the screen has it: from the input (its event's own time stamp, or the start
 * of the navigation) until the pixels of the answer are painted, that is two animation frames after
 * the page shows it.
 */
import type { Page } from 'playwright-core';

/** Asked in the page at every frame: is the answer there? */
export type Condition = (argument: string) => boolean;

/** Milliseconds that a picture must have stood still to count as finished; they are not counted. */
const STILL_MS = 250;
const PATIENCE_MS = 60_000;

/** Goes with the context: every page of it then has the clock. */
export async function installClock(page: Page): Promise<void> {
  await page.addInitScript(
    ({ stillMs, patienceMs }) => {
      const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
      let input = NaN;
      for (const type of ['pointerdown', 'keydown', 'change']) {
        addEventListener(type, (event) => (input = Number.isNaN(input) ? event.timeStamp : input), { capture: true });
      }
      async function painted(condition: () => boolean): Promise<number> {
        const begun = performance.now();
        while (!condition()) {
          if (performance.now() - begun > patienceMs) throw new Error(`never seen: ${condition.toString()}`);
          await frame();
        }
        await frame();
        await frame();
        return performance.now();
      }
      /** Of all canvases, small, since it looks at every frame: averages of 4 x 4 pixels tell that
       * something moved. */
      const eye = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      function look(): string {
        if (!eye) return '';
        const pictures = [...document.querySelectorAll('canvas')].map((canvas) => {
          const [width, height] = [Math.ceil(canvas.width / 4), Math.ceil(canvas.height / 4)];
          Object.assign(eye.canvas, { width, height });
          eye.drawImage(canvas, 0, 0, width, height);
          const { data } = eye.getImageData(0, 0, width, height);
          return new Uint32Array(data.buffer).reduce((sum, pixel, index) => (sum * 31 + pixel * (index | 1)) | 0, 7);
        });
        return pictures.join();
      }
      /** When the canvases last changed, once they have and then stood still. */
      async function drawn(before: string): Promise<number> {
        const begun = performance.now();
        let [picture, changed] = [before, NaN];
        for (;;) {
          await frame();
          const now = performance.now();
          const next = look();
          if (next !== picture && next !== '') [picture, changed] = [next, now];
          else if (now - changed > stillMs) return changed;
          if (now - begun > patienceMs) throw new Error('the picture never came to rest');
        }
      }
      const clock = { painted, drawn, look, inputAt: () => input, forget: () => (input = NaN) };
      Object.assign(window, { benchClock: clock });
    },
    { stillMs: STILL_MS, patienceMs: PATIENCE_MS },
  );
}

interface PageClock {
  painted(condition: () => boolean): Promise<number>;
  drawn(before: string): Promise<number>;
  look(): string;
  inputAt(): number;
  forget(): void;
}

declare global {
  interface Window {
    benchClock: PageClock;
    benchAnswer: Promise<number>;
  }
}

/** Milliseconds since the navigation began. */
export function paintedSinceNavigation(page: Page, selector: string): Promise<number> {
  return page.evaluate((wanted) => window.benchClock.painted(() => document.querySelector(wanted) !== null), selector);
}

/** Milliseconds from the input that `act` makes until the grid is painted with another first row or
 * number of rows. */
export async function gridPaintedSinceInput(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => {
    const rows = (): string => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? '';
    const first = (): string => document.querySelector('[role=grid] .body [role=row]')?.textContent ?? '';
    const before = rows() + first();
    window.benchClock.forget();
    window.benchAnswer = window.benchClock.painted(() => first() !== '' && rows() + first() !== before);
  });
  await act();
  return page.evaluate(async () => (await window.benchAnswer) - window.benchClock.inputAt());
}

/** Milliseconds from the input that `act` makes until the last change of the page's canvases. */
export async function drawnSinceInput(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => {
    window.benchClock.forget();
    window.benchAnswer = window.benchClock.drawn(window.benchClock.look());
  });
  await act();
  return page.evaluate(async () => (await window.benchAnswer) - window.benchClock.inputAt());
}

/** Frames a second of the main thread while the wheel turns over `selector`, and the share of them
 * without a row in its middle. */
export async function scrolled(
  page: Page,
  selector: string,
): Promise<{ readonly fps: number; readonly blank: number }> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`There is no ${selector} to scroll.`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const watched = page.evaluate(
    ({ x, y }) =>
      new Promise<{ readonly fps: number; readonly blank: number }>((done) => {
        const times: number[] = [];
        let blank = 0;
        const count = (now: number): void => {
          times.push(now);
          if (document.elementFromPoint(x, y)?.closest('[role=row]') === null) blank += 1;
          const [first = now] = times;
          if (now - first < 3000) return void requestAnimationFrame(count);
          done({ fps: (1000 * (times.length - 1)) / (now - first), blank: blank / times.length });
        };
        requestAnimationFrame(count);
      }),
    { x: box.x + box.width / 2, y: box.y + box.height / 2 },
  );
  let isDone = false;
  void watched.finally(() => (isDone = true));
  while (!isDone) await page.mouse.wheel(0, 240);
  return watched;
}
