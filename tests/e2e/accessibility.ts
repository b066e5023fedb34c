/** What axe finds in a page. It runs in a world of its own: the page's policy stays as it is, and
 * its globals do too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from 'axe-core';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
const SERIOUS: readonly unknown[] = ['serious', 'critical'];

/** Serious and critical findings: the rule, the elements, and what is wrong with each. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
      ...{ frameId: frameTree.frame.id, worldName: 'axe' },
    });
    await session.send('Runtime.evaluate', { expression: SOURCE, contextId });
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression:
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))",
      ...{ contextId, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails) throw new Error(`axe did not run: ${exceptionDetails.exception?.description}`);
    // Sound: axe's own results, as it documents them.
    const violations = JSON.parse(String(result.value)) as readonly Result[];
    return violations.filter(({ impact }) => SERIOUS.includes(impact)).map(inWords);
  } finally {
    await session.detach();
  }
}

function inWords({ id, nodes }: Result): string {
  const shown = nodes.slice(0, 4).map(({ html, failureSummary = '' }) => {
    const [, ...reasons] = failureSummary.split('\n');
    return `${html.slice(0, 160)} (${reasons.map((reason) => reason.trim()).join('; ')})`;
  });
  return `${id}, ${nodes.length}: ${shown.join(' | ')}`;
}
