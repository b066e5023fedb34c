/** The connection to a cluster: one driver for all trainers on it, started when the first of them
 * is wanted. */
import type { RaySettings } from '../../../bridge/schemas/executor.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { openDriver } from './driver.ts';
import type { Driver, DriverOptions, TrainerSaid } from './driver.ts';
import type { RayPeer } from './ray-peer.ts';

/** After it has answered once, a cluster that does not is tried again for so long: networks come
 * back. */
const RETRY_MS = 90_000;
const BETWEEN_MS = 3000;

export interface Cluster {
  /** A peer that `create` makes of the connection. Throws `backend.missing`, or `signal.reason`. */
  place(
    create: (id: number, driver: Driver) => RayPeer,
    spec: object,
    signal: AbortSignal,
    waits: (words: string) => void,
  ): Promise<RayPeer>;
  readonly peers: ReadonlyMap<number, RayPeer>;
  /** Lets the connection go as soon as no trainer is there. */
  rest(): void;
  close(): Promise<void>;
}

export function createCluster(options: () => DriverOptions, { address }: RaySettings): Cluster {
  const peers = new Map<number, RayPeer>();
  let connection: Promise<Driver> | undefined;
  let hasAnswered = false;
  let isResting = false;
  let number = 0;

  function hear(said: TrainerSaid): void {
    peers.get(said.id)?.hear(said);
  }

  async function connect(signal: AbortSignal, waits: (words: string) => void): Promise<Driver> {
    const until = performance.now() + (hasAnswered ? RETRY_MS : 0);
    for (;;) {
      waits(`waiting for the cluster at ${address}`);
      try {
        return await openDriver(options(), { address }, { hear, waits }, signal);
      } catch (error) {
        if (signal.aborted || performance.now() > until) throw error;
        waits(error instanceof WorkbenchError ? `trying again: ${error.message}` : 'trying again');
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      }
    }
  }

  function connected(signal: AbortSignal, waits: (words: string) => void): Promise<Driver> {
    if (connection !== undefined) return connection;
    const opening = connect(signal, waits);
    connection = opening;
    opening.then(
      (driver) => {
        hasAnswered = true;
        void driver.gone.then((how) => {
          if (connection === opening) connection = undefined;
          for (const peer of peers.values()) peer.lose(how);
        });
      },
      () => {
        if (connection === opening) connection = undefined;
      },
    );
    return opening;
  }

  async function letGo(): Promise<void> {
    const driver = await connection?.catch(() => undefined);
    connection = undefined;
    await driver?.close();
  }

  return {
    peers,
    place: async (create, spec, signal, waits) => {
      isResting = false;
      const driver = await connected(signal, waits);
      signal.throwIfAborted();
      number += 1;
      const peer = create(number, driver);
      peers.set(peer.id, peer);
      void peer.gone.then(() => {
        peers.delete(peer.id);
        if (isResting && peers.size === 0) void letGo();
      });
      driver.send({ do: 'open', id: peer.id, spec });
      return peer;
    },
    rest: () => {
      isResting = true;
      if (peers.size === 0) void letGo();
    },
    close: letGo,
  };
}
