/** Puts the menu in its place. */
import { Menu } from 'electron';
import type { CommandId } from '../bridge/commands.ts';
import { menuTemplate } from './menu-template.ts';

export function setMenu(platform: NodeJS.Platform, choose: (id: CommandId) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, choose)));
}
