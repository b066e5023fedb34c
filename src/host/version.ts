/** Version of the program where its shell does not say: the one of package.json, which the
 * installed app does not carry. */
export const PROGRAM_VERSION = '0.1.0';
