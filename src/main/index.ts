/** Entry of Electron's main process. */
import { runElectronShell } from './electron-shell.ts';

runElectronShell();
