import { describe, expect, it } from 'vitest';
import { archivesAmong, createOpeningQueue, readHandOver } from '../../src/main/opening.ts';

describe('files that the system hands to the program', () => {
  it('are the archives among its arguments, from the folder of whoever started it', () => {
    const args = ['/home/ada/a b.trade', 'c.TRADE', 'notes.txt', '.', 'file:///home/ada/d%20e.trade'];
    expect(archivesAmong(args, '/work')).toEqual(['/home/ada/a b.trade', '/work/c.TRADE', '/home/ada/d e.trade']);
  });

  it('are none of another machine, which would be fetched from there', () => {
    expect(archivesAmong(['file://elsewhere/a.trade', 'file:%zz.trade'], '/work')).toEqual([]);
  });

  it.each([
    undefined,
    null,
    'a.trade',
    {},
    { archives: 'a.trade' },
    { archives: [1, null, '/etc/passwd', { toLowerCase: 1 }] },
  ])('are nothing where a second start hands over %j', (data) => {
    expect(readHandOver(data)).toEqual({ archives: [] });
  });

  it('are those archives that a second start names', () => {
    expect(readHandOver({ archives: ['/a.trade', '/etc/passwd'], more: 1 })).toEqual({ archives: ['/a.trade'] });
  });

  it('wait until somebody can take them, in their order, and are taken once', () => {
    const queue = createOpeningQueue();
    const taken: string[] = [];
    queue.add(['a', 'b']);
    queue.deliverTo((file) => taken.push(file));
    queue.add(['c']);
    expect(taken).toEqual(['a', 'b', 'c']);
  });
});
