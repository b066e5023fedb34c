/** The host as the renderer sees it: one typed client, installed once by `main.ts`. */
import { shallowRef } from 'vue';
import type { BridgeClient } from '../bridge/client.ts';
import { toWorkbenchError } from '../bridge/errors.ts';
import type { WorkbenchError } from '../core/errors.ts';

export type HostClient = BridgeClient;

let current: HostClient | undefined;

export function installClient(client: HostClient): void {
  current = client;
}

/** The client of this window; everything that reads from the host goes through it. */
export function useClient(): HostClient {
  if (current === undefined) throw new Error('The host client is used before main.ts installed it.');
  return current;
}

/** The host, and a call to it with what the person has to know: is it under way, and what went
 * wrong. */
export function useCall() {
  const busy = shallowRef(false);
  const error = shallowRef<WorkbenchError>();

  /** The result, or undefined where the call failed (then `error` says why). */
  async function call<T>(work: () => Promise<T>): Promise<T | undefined> {
    busy.value = true;
    error.value = undefined;
    try {
      return await work();
    } catch (thrown) {
      error.value = toWorkbenchError(thrown);
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return {
    ...{ busy, error, call },
    get client() {
      return useClient();
    },
  };
}
