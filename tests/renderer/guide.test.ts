import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { GUIDE_STEPS, isForNewcomer, searchOffer, stepsDone } from '../../src/renderer/guide/steps.ts';
import type { Situation } from '../../src/renderer/guide/steps.ts';
import type { RunState } from '../../src/core/records/run.ts';
import { useGuide } from '../../src/renderer/stores/guide.ts';

const ELSEWHERE = { name: 'experiments', id: '', tab: '' };
const done = (situation: Partial<Situation>): readonly string[] =>
  stepsDone({ runs: [], pins: 0, route: ELSEWHERE, ...situation });

describe('the first steps', () => {
  it('are done by what the window shows, not by being clicked', () => {
    const running = { id: 'a', state: 'running', frontSize: 1 } as const;
    const finished = { id: 'b', state: 'finished', frontSize: 3 } as const;
    expect(done({})).toEqual([]);
    expect(done({ runs: [running] })).toEqual([]);
    expect(done({ runs: [running, finished] })).toEqual(['search']);
    expect(done({ runs: [running], route: { name: 'run', id: 'a', tab: '' } })).toEqual([]);
    expect(done({ runs: [finished], route: { name: 'run', id: 'b', tab: '' } })).toEqual(['search', 'front']);
    expect(done({ runs: [finished], route: { name: 'run', id: 'b', tab: 'trials' } })).toEqual(['search']);
    expect(done({ pins: 1, route: { name: 'compare', id: '', tab: '' } })).toEqual([]);
    expect(done({ pins: 2, route: { name: 'compare', id: '', tab: '' } })).toEqual(['pin', 'compare']);
  });

  it('offer to go on with a sample that is paused, not to start a second one', () => {
    const run = (state: RunState) => ({ run: { state } });
    expect(searchOffer([])).toEqual({ kind: 'start' });
    expect(searchOffer([run('failed'), run('paused')])).toEqual({ kind: 'go-on', run: run('paused') });
    expect(searchOffer([run('interrupted')]).kind).toBe('go-on');
    expect(searchOffer([run('paused'), run('running')])).toEqual({ kind: 'watch', run: run('running') });
    expect(searchOffer([run('failed')]).kind).toBe('start');
  });

  it('come by themselves to a workspace with nothing in it but perhaps the sample', () => {
    expect([0, 1, 2, 50].filter(isForNewcomer)).toEqual([0, 1]);
  });
});

describe('the guide', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('ticks while it is shown, in any order, and its next step is the first that is left', () => {
    const guide = useGuide();
    guide.tick('search');
    expect(guide.isDone('search')).toBe(false);
    guide.show(true);
    guide.tick('search', 'pin');
    expect(guide.current).toBe('front');
    guide.tick(...GUIDE_STEPS.map(({ id }) => id));
    expect(guide.current).toBeUndefined();
  });

  it('is where it was when it is brought back, and at its start when that is asked for', () => {
    const guide = useGuide();
    guide.show(true);
    guide.tick('search');
    guide.show(false);
    guide.show(true);
    expect(guide.current).toBe('front');
    guide.restart();
    expect(guide.current).toBe('search');
  });
});
