/** What the page sees of that world: functions that ask it by events. Evaluated before the page's
 * own scripts. */
(() => {
  let answer;
  const ask = (type, detail) => {
    answer = undefined;
    document.dispatchEvent(new CustomEvent(type, { detail }));
    return answer;
  };
  for (const type of ['isolated:shown', 'isolated:result']) {
    document.addEventListener(type, ({ detail }) => (answer = detail));
  }
  const callbacks = [];
  document.addEventListener('isolated:back', ({ detail: { listener, args } }) => callbacks[listener](...args));
  const shown = ask('isolated:what');
  if (shown === undefined) return;
  const call = (name, args) => {
    const isListener = typeof args[0] === 'function';
    return ask('isolated:call', isListener ? { name, listener: callbacks.push(args[0]) - 1 } : { name, args });
  };
  const members = shown.shown.map((member) => [
    member.name,
    'value' in member ? member.value : (...args) => call(member.name, args),
  ]);
  // As Electron: the page cannot put anything in its place.
  Object.defineProperty(window, shown.key, { value: Object.freeze(Object.fromEntries(members)) });
})();
