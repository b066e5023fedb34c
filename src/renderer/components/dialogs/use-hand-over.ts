/** What a dialog hands over to the host: sent once, forgotten when the dialog is left. */
import { onScopeDispose, shallowRef } from 'vue';
import { useClient } from '../../api.ts';
import { handOver } from '../../handed-folder.ts';
import type { PickedFolder } from '../../handed-folder.ts';

export function useHandOver() {
  const client = useClient();
  /** Another try with other options need not send it again. */
  let handed: { readonly folder: PickedFolder; readonly id: string } | undefined;
  let sending = new AbortController();
  /** Of what is handed over, [0, 1]; undefined while nothing is. */
  const share = shallowRef<number>();

  /** The host's id of it. Throws where it cannot be sent, and where the dialog was left. */
  async function idOf(folder: PickedFolder): Promise<string> {
    if (handed?.folder === folder) return handed.id;
    forget();
    sending = new AbortController();
    const { signal } = sending;
    share.value = 0;
    try {
      const id = await handOver(folder, (sent) => (share.value = sent), signal);
      handed = { folder, id };
      return id;
    } finally {
      if (sending.signal === signal) share.value = undefined;
    }
  }

  /** What a job still reads stays there until it was read. */
  function forget(): void {
    if (handed !== undefined) client.files.drop({ id: handed.id }).catch(() => undefined);
    handed = undefined;
  }

  function leave(): void {
    sending.abort();
    forget();
  }
  onScopeDispose(leave);

  return { share, idOf, leave, wasLeft: () => sending.signal.aborted };
}
