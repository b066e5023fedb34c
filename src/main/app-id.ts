/** The program's name among all programs: by it the system knows whose notices and recent files
 * these are, and the installer names it the same. */
export const APP_ID = 'io.github.trade-workbench';
