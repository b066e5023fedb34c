/** A client and handlers joined by a real transport, as the shells join them. */
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';
import { clientOver } from '../../src/bridge/client.ts';
import type { BridgeClient } from '../../src/bridge/client.ts';
import type { Handlers } from '../../src/host/handler-types.ts';
import { createExits } from '../../src/host/router.ts';

export interface Pair {
  readonly client: BridgeClient;
  /** As when a window goes away. */
  cut(): void;
  close(): Promise<void>;
}

export type Transport = (handlers: Handlers) => Promise<Pair>;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const TRANSPORTS: Readonly<Record<string, Transport>> = {
  WebSocket: async (handlers) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const exits = createExits(handlers, silent);
    server.on('connection', (socket) => exits.webSocket(socket));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}`);
    return {
      client: clientOver(socket),
      cut: () => socket.terminate(),
      close: async () => {
        socket.terminate();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
  MessageChannel: async (handlers) => {
    const { port1, port2 } = new MessageChannel();
    createExits(handlers, silent).messagePort(port1);
    const close = (): void => port2.close();
    return { client: clientOver(port2), cut: close, close: async () => close() };
  },
};

/** Handlers that all refuse, but for those given. */
export function handlersWith(given: { readonly [G in keyof Handlers]?: Partial<Handlers[G]> }): Handlers {
  const refuse = (): never => {
    throw new Error('not part of this test');
  };
  const groups = ['system', 'catalog', 'runs', 'trials', 'review', 'replays', 'library', 'jobs', 'events'] as const;
  const filled = groups.map((group) => [
    group,
    new Proxy(given[group] ?? {}, {
      get: (target, method) => Reflect.get(target, method) ?? refuse,
      ownKeys: () => METHODS[group],
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
    }),
  ]);
  return Object.fromEntries(filled) as Handlers; // the proxies answer for what is not given
}

const METHODS: Readonly<Record<keyof Handlers, string[]>> = {
  system: ['info', 'backend', 'doctor', 'quit'],
  catalog: ['datasets', 'teachers', 'families', 'strategies'],
  library: [
    'records',
    'teacher',
    'balance',
    'samples',
    'importDataset',
    'cutDataset',
    'simulateDataset',
    'trainTeacher',
  ],
  executor: ['status', 'choose', 'test', 'install'],
  teachers: ['judge', 'combine', 'judged', 'keep', 'forget'],
  files: ['put', 'drop'],
  jobs: ['list', 'stop', 'dismiss'],
  runs: [
    'list',
    'get',
    'trials',
    'costs',
    'preview',
    'start',
    'startSample',
    'pause',
    'resume',
    'stop',
    'rename',
    'keep',
  ],
  queue: ['get', 'enqueue', 'add', 'remove', 'move', 'hold', 'goOn', 'jump'],
  trials: ['get', 'epochs'],
  review: ['checkpoints', 'predictions', 'layers', 'twins', 'images'],
  fronts: ['groups', 'points'],
  replays: ['tables', 'readTable', 'list', 'get', 'start', 'stop', 'discard'],
  studies: ['list', 'start', 'goOn', 'sheet', 'remove'],
  views: ['list', 'save', 'remove'],
  space: ['waste', 'reclaim'],
  doctor: ['repair'],
  backups: ['list', 'make', 'restore', 'remove'],
  archives: ['pack', 'made', 'read', 'upload', 'unpack', 'drop'],
  events: ['watch'],
};
