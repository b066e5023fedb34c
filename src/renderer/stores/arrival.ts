/** Files on their way to the view that takes them in: dropped on the window, or handed to the
 * program by the system. */
import { defineStore } from 'pinia';
import type { Ref } from 'vue';
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
  /** Of somebody's network: the view of all teachers asks what it is. */
  const teacher = shallowRef<PickedFolder>();
  /** Of the system, which the person has to be asked about; oldest first. */
  const offered = shallowRef<readonly OfferedArchive[]>([]);

  /** For the one view that takes it in. */
  const taking =
    <T>(held: Ref<T | undefined>) =>
    (): T | undefined => {
      const taken = held.value;
      held.value = undefined;
      return taken;
    };

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

  const [take, takeConfig] = [taking(file), taking(config)];
  return { file, config, folder, teacher, offered, take, takeConfig, readOffered, answer };
});
