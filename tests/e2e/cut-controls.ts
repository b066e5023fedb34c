/** Controls that nobody can get at in a small window: what cannot be scrolled into sight, or lies
 * under something else. */
import type { Page } from 'playwright-core';

export function cutControls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const wanted = 'a[href], button, input, select, textarea, [tabindex="0"], [role=tab]';
    const isShown = (element: HTMLElement): boolean =>
      element.checkVisibility({ checkVisibilityCSS: true }) && getComputedStyle(element).clipPath === 'none';
    const named = (element: HTMLElement): string =>
      `${element.tagName.toLowerCase()} ` +
      `“${(element.getAttribute('aria-label') ?? element.innerText).trim().slice(0, 60)}”`;
    return [...document.querySelectorAll<HTMLElement>(wanted)].filter(isShown).flatMap((element) => {
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const box = element.getBoundingClientRect();
      const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
      const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
      if (right - left < 4 || bottom - top < 4) return [`${named(element)} is out of the window`];
      // A large one, a chart, may be larger than the window; the rest is there as a whole.
      const isWhole = right - left >= Math.min(box.width - 1, 300) && bottom - top >= Math.min(box.height - 1, 200);
      if (!isWhole) return [`${named(element)} is cut by the window`];
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const isOwn = hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest('label') !== null);
      return isOwn
        ? []
        : [`${named(element)} lies under ${hit === null ? 'nothing' : `${hit.tagName} ${hit.className}`}`];
    });
  });
}
