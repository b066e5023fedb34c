/**
 * Loaded by Electron before the program (`-r`): does in its main process what `undebugged.ts` sends
 * over the channel of a parent and its child. Electron 22 crashes at its end in one of fifteen
 * where a debugger is attached, so this stands in for Playwright's.
 */
'use strict';
// eslint-disable-next-line @typescript-eslint/no-require-imports -- Electron loads CommonJS by -r
const electron = require('electron');

process.on('message', ({ id, code, argument }) => {
  const act = new Function(`return (${code});`)();
  new Promise((done) => done(act(electron, argument))).then(
    (value) => answer({ id, value }),
    (error) => answer({ id, error: String(error) }),
  );
});

/** A parent that has gone has no use for it. */
const answer = (message) => process.connected && process.send(message, () => undefined);
