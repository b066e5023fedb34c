/** A file of runs that was dropped on the window, on its way to the view that takes it in. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export const useArrival = defineStore('arrival', () => {
  const file = shallowRef<File>();

  function take(): File | undefined {
    const taken = file.value;
    file.value = undefined;
    return taken;
  }

  return { file, take };
});
