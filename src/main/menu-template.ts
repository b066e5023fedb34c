/** What stands in the menu: what every desktop program has, and the workbench's own commands.
 * Tested without Electron. */
import type { MenuItemConstructorOptions } from 'electron';
import type { CommandId, CommandMenu } from '../bridge/commands.ts';
import { acceleratorOf, COMMANDS } from '../bridge/commands.ts';

const RECENT: readonly MenuItemConstructorOptions[] = [
  { role: 'recentDocuments', submenu: [{ role: 'clearRecentDocuments' }] },
];

/** `choose` hears the command that was chosen; pressed, its key is the page's own to hear. */
export function menuTemplate(platform: NodeJS.Platform, choose: (id: CommandId) => void): MenuItemConstructorOptions[] {
  const commands = (menu: CommandMenu): MenuItemConstructorOptions[] => {
    // Sound: the keys of a record are of its key type.
    const ids = (Object.keys(COMMANDS) as CommandId[]).filter((id) => COMMANDS[id].menu === menu);
    return ids.map((id) => commandItem(id, choose));
  };
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        ...commands('file'),
        // Windows and Linux have their own places for them.
        ...(platform === 'darwin' ? RECENT : []),
        { type: 'separator' },
        { role: platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        ...(['undo', 'redo'] as const).map((role) => ({ role })),
        { type: 'separator' },
        ...(['cut', 'copy', 'paste', 'selectAll'] as const).map((role) => ({ role })),
        { type: 'separator' },
        ...commands('edit'),
      ],
    },
    { label: '&Go', submenu: commands('go') },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        ...(['resetZoom', 'zoomIn', 'zoomOut'] as const).map((role) => ({ role })),
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: commands('help') },
  ];
}

function commandItem(id: CommandId, choose: (id: CommandId) => void): MenuItemConstructorOptions {
  const spec = COMMANDS[id];
  const accelerator = acceleratorOf(spec);
  return {
    label: spec.title,
    click: () => choose(id),
    // Shown only: pressed, it goes to the page, which knows what has the focus.
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
  };
}
