import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onScreen, readWindowState, writeWindowState } from '../../src/main/window-state.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 };
const SECOND = { x: 1920, y: -200, width: 1280, height: 1024 };
const at = (x: number, y: number) => ({ bounds: { x, y, width: 1200, height: 800 }, maximized: false });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trade-window-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the kept window', () => {
  it('comes back where it was, and leaves no half-written file', () => {
    const file = join(folder, 'new/window.json');
    writeWindowState(file, at(10, 20));
    expect(readWindowState(file)).toEqual(at(10, 20));
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it.each(['', '{', 'null', '[]', '7', '{"bounds":{"x":"1","y":0,"width":900,"height":600}}', '{"bounds":{"x":0}}'])(
    'starts afresh from the damaged file %j',
    (text) => {
      writeFileSync(join(folder, 'window.json'), text);
      expect(readWindowState(join(folder, 'window.json'))).toEqual({ maximized: false });
    },
  );

  it('does not come back too small to see', () => {
    writeFileSync(join(folder, 'window.json'), '{"bounds":{"x":0,"y":0,"width":1,"height":1},"maximized":true}');
    expect(readWindowState(join(folder, 'window.json'))).toEqual({ maximized: true });
  });

  it('does not fail where the place cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeWindowState(join(folder, 'file/window.json'), at(0, 0))).not.toThrow();
  });

  it.each([
    { place: 'on the first screen', state: at(100, 100), kept: true },
    { place: 'partly off to the left, its title still within reach', state: at(-1000, 0), kept: true },
    { place: 'on the second screen', state: at(2000, -100), kept: true },
    { place: 'off to the left', state: at(-1190, 0), kept: false },
    { place: 'above the screen, its title out of reach', state: at(100, -50), kept: false },
    { place: 'below the screen', state: at(100, 1079), kept: false },
  ])('keeps its place: $kept, when it was $place', ({ state, kept }) => {
    expect(onScreen(state, [SCREEN, SECOND]).bounds).toEqual(kept ? state.bounds : undefined);
  });

  it('does not open on a screen that was unplugged', () => {
    expect(onScreen(at(2000, -100), [SCREEN])).toEqual({ maximized: false });
  });
});
