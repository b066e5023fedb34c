/** The contract's router over the handlers, and its ways out: in process, over a WebSocket, over a
 * MessagePort. */
import { inspect } from 'node:util';
import { createRouterClient, implement } from '@orpc/server';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as SocketHandler } from '@orpc/server/websocket';
import type { WebSocket } from 'ws';
import { contract } from '../bridge/contract.ts';
import { isForeign, toWire, toWorkbenchError } from '../bridge/errors.ts';
import { wireSerializers } from '../bridge/numbers.ts';
import { boundCall } from './call-bound.ts';
import type { CallContext } from './call-bound.ts';
import type { Handlers } from './handler-types.ts';
import type { HostClient } from './host.ts';
import type { Log } from './log.ts';
import { serveSocket } from './socket-line.ts';

export function createExits(handlers: Handlers, log: Log) {
  const router = routerOf(handlers);

  /** The router does not catch; here, where calls leave, every error becomes one that may be
   * shown. */
  const showing =
    (shown: (error: unknown) => unknown) =>
    async <T>(call: { readonly path: readonly string[]; readonly next: () => Promise<T> }): Promise<T> => {
      try {
        return await call.next();
      } catch (error) {
        if (isForeign(error)) log.error({ method: call.path.join('.'), error: textOf(error) }, 'call failed');
        throw shown(error);
      }
    };

  const options = { customJsonSerializers: wireSerializers, clientInterceptors: [showing(toWire), boundCall] };
  const sockets = new SocketHandler<CallContext>(router, options);
  const ports = new PortHandler<CallContext>(router, options);
  const fresh = (): CallContext => ({ underWay: 0 });
  return {
    // Sound: the router is the contract's, and a router client has the contract client's methods.
    client: createRouterClient(router, { interceptors: [showing(toWorkbenchError)] }) as unknown as HostClient,
    webSocket: (socket: WebSocket) =>
      serveSocket(socket, sockets, fresh(), (error) => log.warn({ error: textOf(error) }, 'a window was cut off')),
    messagePort: (port: unknown) => {
      if (!isPort(port)) throw new TypeError('This is not a MessagePort.');
      ports.upgrade(port, { context: fresh() });
      port.start?.();
    },
  };
}

/** oRPC's builder cannot be walked with its types kept; `Handlers` has checked every method
 * already. */
function routerOf(handlers: Handlers): AnyRouter {
  type AnyHandler = (input: unknown, signal: AbortSignal | undefined) => unknown;
  type Builder = { handler(run: (call: { input: unknown; signal?: AbortSignal }) => unknown): unknown };
  const builders = implement(contract) as unknown as Record<string, Record<string, Builder>>;
  const groups = Object.entries(handlers as unknown as Record<string, Record<string, AnyHandler>>).map(
    ([group, methods]) => [
      group,
      Object.fromEntries(
        Object.entries(methods).map(([method, run]) => [
          method,
          builders[group]?.[method]?.handler(({ input, signal }) => run(input, signal)),
        ]),
      ),
    ],
  );
  return Object.fromEntries(groups) as AnyRouter;
}

/** A browser's, Node's or Electron's: the first two are started, Electron's too, and all of them
 * post. */
function isPort(
  port: unknown,
): port is Parameters<PortHandler<Record<never, never>>['upgrade']>[0] & { start?(): void } {
  return (
    typeof port === 'object' && port !== null && 'postMessage' in port && ('on' in port || 'addEventListener' in port)
  );
}

/** With its causes: a refused output says in them which field it was. */
function textOf(error: unknown): string {
  return inspect(error, { depth: 6 });
}
