/** Files on their way to the view that takes them in: dropped on the window, or handed to the
 * program by the system. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { OfferedArchive } from '../../bridge/schemas/archive.ts';
import { useClient } from '../api.ts';
import type { PickedFolder } from '../handed-folder.ts';

export const useArrival = defineStore('arrival', () => {
  /** Of runs, and wanted: the view of all runs takes it in. */
  const file = shallowRef<File | OfferedArchive>();
  /** A search's configuration: the form of a new run reads it. */
  const config = shallowRef<File>();
  /** Of images: the view of all data sets asks what to make of it. */
  const folder = shallowRef<PickedFolder>();
  /** Of the system, which the person has to be asked about; oldest first. */
  const offered = shallowRef<readonly OfferedArchive[]>([]);

  function take(): File | OfferedArchive | undefined {
    const taken = file.value;
    file.value = undefined;
    return taken;
  }

  function takeConfig(): File | undefined {
    const taken = config.value;
    config.value = undefined;
    return taken;
  }

  async function readOffered(): Promise<void> {
    offered.value = await useClient().archives.offered();
  }

  /** The person has answered for this one. */
  function answer(archive: OfferedArchive, isWanted: boolean): void {
    offered.value = offered.value.filter(({ id }) => id !== archive.id);
    if (isWanted) file.value = archive;
    else
      useClient()
        .archives.drop({ id: archive.id })
        .catch(() => undefined);
  }

  return { file, config, folder, offered, take, takeConfig, readOffered, answer };
});
