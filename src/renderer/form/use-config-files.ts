/** The form as a file: a configuration that is picked or was dropped on the window is loaded, and
 * the form is saved as one. */
import { watch } from 'vue';
import { parseSearchText } from '../../bridge/config/parse-config.ts';
import { downloadText, pickFiles } from '../files.ts';
import { useArrival } from '../stores/arrival.ts';
import { useNewRun } from '../stores/new-run.ts';

/** `call` tells what goes wrong: a file that is no configuration is named with its field, and the
 * form stays as it is. */
export function useConfigFiles(call: (work: () => Promise<void>) => Promise<unknown>) {
  const form = useNewRun();
  const arrival = useArrival();
  const load = async (file: File): Promise<void> => form.load(parseSearchText(await file.text(), file.name));

  const importConfig = (): Promise<unknown> =>
    call(async () => {
      const [file] = await pickFiles({ accept: '.json,application/json' });
      if (file) await load(file);
    });

  function exportConfig(): void {
    const { input } = form.checked;
    const name = `${input?.name.replace(/[^\w-]+/g, '-').toLowerCase()}.json`;
    if (input) downloadText(name, JSON.stringify(input, undefined, 2));
  }

  watch(
    () => arrival.config,
    () => {
      const file = arrival.takeConfig();
      if (file) void call(() => load(file));
    },
    { immediate: true },
  );

  return { importConfig, exportConfig };
}
