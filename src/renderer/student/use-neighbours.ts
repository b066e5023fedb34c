/** The commands `next` and `previous` of a student's page: to the students after and before it in
 * its run, by number. */
import { shallowRef, watch } from 'vue';
import { useRouter } from 'vue-router';
import { useClient } from '../api.ts';
import { useCommand } from '../commands/registry.ts';
import type { Trial } from '../../core/records/trial.ts';

export function useNeighbours(student: () => Pick<Trial, 'id' | 'runId' | 'number'> | undefined): void {
  const router = useRouter();
  const client = useClient();
  const neighbours = shallowRef<{ readonly previous?: string | undefined; readonly next?: string | undefined }>({});

  watch(student, async (here) => {
    neighbours.value = {};
    if (here === undefined) return;
    const offset = Math.max(0, here.number - 1);
    // Without an answer there is nowhere to step to; the view itself tells of a lost connection.
    const around = await client.runs.trials({ id: here.runId, offset, limit: 3 }).catch(() => []);
    const idOf = (number: number): string | undefined => around.find((one) => one.number === number)?.id;
    neighbours.value = { previous: idOf(here.number - 1), next: idOf(here.number + 1) };
  });

  for (const way of ['next', 'previous'] as const) {
    useCommand(way, {
      when: () => neighbours.value[way] !== undefined,
      // In place of this one: Back leads to where the first was opened.
      run: () => router.replace(`/students/${neighbours.value[way]}`),
    });
  }
}
