import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPresence } from '../../src/web/presence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the last window', () => {
  it('is missed only after the time that a reload takes', () => {
    const onAlone = vi.fn();
    const presence = createPresence(onAlone, 1000);
    presence.arrived();
    presence.left();
    vi.advanceTimersByTime(900);
    presence.arrived();
    vi.advanceTimersByTime(5000);
    expect(onAlone).not.toHaveBeenCalled();
    presence.left();
    vi.advanceTimersByTime(1000);
    expect(onAlone).toHaveBeenCalledTimes(1);
  });

  it('is not missed while another one is open, nor before the first has come', () => {
    const onAlone = vi.fn();
    const presence = createPresence(onAlone, 1000);
    vi.advanceTimersByTime(5000);
    presence.arrived();
    presence.arrived();
    presence.left();
    vi.advanceTimersByTime(5000);
    expect(onAlone).not.toHaveBeenCalled();
  });

  it('is missed once, though it came and went more than once within the time', () => {
    const onAlone = vi.fn();
    const presence = createPresence(onAlone, 1000);
    presence.arrived();
    presence.left();
    vi.advanceTimersByTime(500);
    // As a page of another browser: a second departure without an arrival between begins the time
    // anew.
    presence.left();
    vi.advanceTimersByTime(600);
    expect(onAlone).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(onAlone).toHaveBeenCalledTimes(1);
  });
});
