import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/bridge/commands.ts';
import { menuTemplate } from '../../src/main/menu-template.ts';

const chosen: string[] = [];
const items = (platform: NodeJS.Platform): readonly MenuItemConstructorOptions[] =>
  menuTemplate(platform, (id) => chosen.push(id)).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
const labelled = (label: string): MenuItemConstructorOptions | undefined =>
  items('linux').find((item) => item.label === label);

describe('the menu', () => {
  it('shows the keys of the table, and leaves hearing them to the page, which knows what has the focus', () => {
    expect(labelled('New run')).toMatchObject({ accelerator: 'CmdOrCtrl+N', registerAccelerator: false });
    expect(labelled('Find in this view')).toMatchObject({ accelerator: 'CmdOrCtrl+F', registerAccelerator: false });
  });

  it('has every command that the table puts there, and each tells its own name', () => {
    for (const [id, spec] of Object.entries(COMMANDS).filter(([, { menu }]) => menu !== undefined)) {
      chosen.length = 0;
      // Sound: our items' clicks take nothing.
      (labelled(spec.title)?.click as (() => void) | undefined)?.();
      expect(chosen).toEqual([id]);
    }
  });

  it('ends the program where the platform has that under File, and closes the window on a Mac', () => {
    const roles = (platform: NodeJS.Platform) => items(platform).map(({ role }) => role);
    expect(roles('linux')).toContain('quit');
    expect(roles('darwin')).toContain('close');
    expect(roles('darwin')).not.toContain('quit');
  });

  it('lists recent files on a Mac; the others have them in the taskbar', () => {
    const hasRecent = (platform: NodeJS.Platform) => items(platform).some(({ role }) => role === 'recentDocuments');
    expect([hasRecent('darwin'), hasRecent('win32'), hasRecent('linux')]).toEqual([true, false, false]);
  });
});
