/**
 * What preload finds as the module `electron`, in an isolated world of its page: evaluated there
 * before preload and the page's scripts. `toMain` is a binding that this world alone has;
 * `fromMain` is called by the debugger.
 */
(() => {
  const ports = new Map();
  const listeners = new Map();
  const encode = (data) =>
    typeof data === 'string'
      ? { text: data }
      : { bytes: btoa(Array.from(new Uint8Array(data.buffer ?? data), (byte) => String.fromCharCode(byte)).join('')) };
  const decode = ({ text, bytes }) => text ?? Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const send = (message) => globalThis.toMain(JSON.stringify(message));

  const electron = {
    contextBridge: {
      // Worlds share the document and its events, not their objects: each call of a function goes
      // over as an event, and back.
      exposeInMainWorld(key, api) {
        const shown = Object.entries(api).map(([name, value]) =>
          typeof value === 'function' ? { name } : { name, value },
        );
        document.addEventListener('isolated:call', ({ detail: { name, args, listener } }) => {
          const callback = (...all) =>
            document.dispatchEvent(new CustomEvent('isolated:back', { detail: { listener, args: all } }));
          const result = api[name](...(listener === undefined ? args : [callback]));
          document.dispatchEvent(new CustomEvent('isolated:result', { detail: result }));
        });
        document.addEventListener('isolated:what', () =>
          document.dispatchEvent(new CustomEvent('isolated:shown', { detail: { key, shown } })),
        );
      },
    },
    ipcRenderer: {
      on: (channel, listener) => listeners.set(channel, listener),
      postMessage(channel, _message, [port]) {
        const id = ports.size;
        ports.set(id, port);
        port.addEventListener('message', ({ data }) => send({ port: id, data: encode(data) }));
        port.addEventListener('close', () => send({ closed: id }));
        port.start();
        send({ channel, opened: id });
      },
    },
    webUtils: { getPathForFile: () => '' },
  };

  globalThis.fromMain = {
    deliver: (id, data) => ports.get(id).postMessage(decode(data)),
    close: (id) => ports.get(id).close(),
    hear: (channel, args) => listeners.get(channel)?.({}, ...args),
  };
  globalThis.requireInPreload = (name) => {
    if (name === 'electron') return electron;
    throw new Error(`a sandboxed preload cannot require ${name}`);
  };
})();
