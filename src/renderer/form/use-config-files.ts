/** The form as a file: a configuration that is picked or was dropped on the window is loaded, and
 * the form is saved as one. */
import { watch } from 'vue';
import { parseSearchText } from '../../bridge/config/parse-config.ts';
import { downloadText, pickTextFile } from '../files.ts';
import { useArrival } from '../stores/arrival.ts';
import { useNewRun } from '../stores/new-run.ts';

/** `call` tells what goes wrong: a file that is no configuration is named with its field, and the
 * form stays as it is. */
export function useConfigFiles(call: (work: () => Promise<void>) => Promise<unknown>) {
  const form = useNewRun();
  const arrival = useArrival();
  const load = (text: string, name: string): void => form.load(parseSearchText(text, name));

  const importConfig = (): Promise<unknown> =>
    call(async () => {
      const file = await pickTextFile('.json,application/json');
      if (file !== undefined) load(file.text, file.name);
    });

  function exportConfig(): void {
    const { input } = form.checked;
    if (input)
      downloadText(`${input.name.replace(/[^\w-]+/g, '-').toLowerCase()}.json`, JSON.stringify(input, undefined, 2));
  }

  watch(
    () => arrival.config,
    () => {
      const file = arrival.takeConfig();
      if (file) void call(async () => load(await file.text(), file.name));
    },
    { immediate: true },
  );

  return { importConfig, exportConfig };
}
