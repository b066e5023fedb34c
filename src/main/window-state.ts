/** Where the window stood: kept as a small file in the program's own folder, and mended when a
 * screen is gone. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** Absent: the system chooses. */
  readonly bounds?: Bounds;
  readonly maximized: boolean;
}

/** So much of the title bar must be on a screen, in pixels, for the window to be caught with the
 * mouse. */
const VISIBLE = 80;

/** A file that is missing or damaged means a fresh start. */
export function readWindowState(file: string): WindowState {
  try {
    const saved: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRecord(saved)) return { maximized: false };
    const bounds = isRecord(saved['bounds']) ? toBounds(saved['bounds']) : undefined;
    return { ...(bounds && { bounds }), maximized: saved['maximized'] === true };
  } catch {
    return { maximized: false };
  }
}

/** Best effort: a place that cannot be remembered is no reason to keep a window open. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}

/** Without its bounds where no screen (`screens`: their work areas) shows enough of the title
 * bar. */
export function onScreen(state: WindowState, screens: readonly Bounds[]): WindowState {
  const { bounds } = state;
  const isVisible = bounds && screens.some((screen) => showsTitle(bounds, screen));
  return isVisible ? state : { maximized: state.maximized };
}

function showsTitle(bounds: Bounds, screen: Bounds): boolean {
  const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
  return width >= VISIBLE && bounds.y >= screen.y && bounds.y <= screen.y + screen.height - VISIBLE;
}

function toBounds(saved: Readonly<Record<string, unknown>>): Bounds | undefined {
  const { x, y, width, height } = saved;
  const isSound = isPixel(x) && isPixel(y) && isPixel(width) && isPixel(height) && width >= 200 && height >= 200;
  return isSound ? { x, y, width, height } : undefined;
}

function isPixel(value: unknown): value is number {
  return Number.isInteger(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
