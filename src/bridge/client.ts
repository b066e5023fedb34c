/** A typed client of the host over one connection. Browser globals only: the renderer and the tests
 * use it alike. */
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from './contract.ts';
import { toWorkbenchError } from './errors.ts';
import { wireSerializers } from './numbers.ts';

export type BridgeClient = ContractRouterClient<Contract>;

type Listener = (event: unknown) => void;

/** What is used of a browser's WebSocket (the `ws` package's client fits too). */
export interface SocketLike {
  readonly readyState: number;
  send(data: string | ArrayBufferLike | ArrayBufferView<ArrayBuffer>): void;
  addEventListener(type: string, listener: Listener, options?: { readonly once?: boolean }): void;
  removeEventListener(type: string, listener: Listener): void;
}

/** What is used of a browser's MessagePort (Node's fits too). */
export interface PortLike {
  start(): void;
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: Listener): void;
}

/** Every failure of a call is a `WorkbenchError`, whatever the transport made of it. */
export function clientOver(connection: SocketLike | PortLike): BridgeClient {
  const options = { customJsonSerializers: wireSerializers, interceptors: [throwOurs] };
  if ('send' in connection) {
    return createORPCClient(new SocketLink({ ...options, websocket: connection }));
  }
  const link = new PortLink({ ...options, port: connection });
  connection.start(); // with listeners added by addEventListener a port stays silent until it is started
  return createORPCClient(link);
}

async function throwOurs<T>(call: { readonly next: () => Promise<T> }): Promise<T> {
  try {
    return await call.next();
  } catch (error) {
    throw toWorkbenchError(error);
  }
}
