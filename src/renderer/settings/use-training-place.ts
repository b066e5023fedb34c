/** Where trainings run: what is chosen and kept, what was typed, and what a cluster answered. */
import { computed, ref, shallowRef } from 'vue';
import { raySchema } from '../../bridge/schemas/executor.ts';
import type { ClusterView, ExecutorSettings, ExecutorStatus } from '../../bridge/schemas/executor.ts';
import { useCall } from '../api.ts';
import { useSchemaForm } from '../form/use-schema-form.ts';

const PREFIX = 'ray';

export function useTrainingPlace() {
  const { client, busy, error, call } = useCall();
  const queue = useCall();
  const form = useSchemaForm(raySchema, PREFIX);
  // It is chosen beside the fields.
  form.fill('kind', 'ray');
  const status = shallowRef<ExecutorStatus>();
  const kind = ref<ExecutorSettings['kind']>('local');
  const cluster = shallowRef<ClusterView>();
  /** What came of the last choice. */
  const said = ref('');

  const settings = computed<ExecutorSettings | undefined>(() =>
    kind.value === 'local' ? { kind: 'local' } : form.input.value,
  );
  const isInUse = computed(() => isSame(settings.value, status.value?.executor));

  async function read(): Promise<void> {
    status.value = (await call(() => client.executor.status())) ?? status.value;
  }

  /** The queue, beside whatever is asked: a moment without an answer is not worth a word. */
  async function look(): Promise<void> {
    status.value = (await queue.call(() => client.executor.status())) ?? status.value;
  }

  /** What is kept, into the fields. */
  async function open(): Promise<void> {
    await read();
    const executor = status.value?.executor;
    if (executor === undefined) return;
    kind.value = executor.kind;
    if (executor.kind === 'ray') for (const [key, value] of Object.entries(executor)) form.fill(key, String(value));
  }

  function forget(): void {
    cluster.value = undefined;
    said.value = '';
    error.value = undefined;
  }

  function change(...given: Parameters<typeof form.change>): void {
    form.change(...given);
    forget();
  }

  /** Undefined where something is wrong, which the fields then say. */
  function settle(): ExecutorSettings | undefined {
    form.touchAll();
    forget();
    return settings.value;
  }

  async function test(): Promise<void> {
    const wanted = settle();
    if (wanted !== undefined) cluster.value = await call(() => client.executor.test(wanted));
  }

  async function use(): Promise<void> {
    const wanted = settle();
    if (wanted === undefined) return;
    await call(async () => {
      status.value = await client.executor.choose(wanted);
      said.value = wanted.kind === 'ray' ? 'Searches train on the cluster now.' : 'Searches train here now.';
    });
  }

  return {
    ...{ busy, error, status, kind, cluster, said, isInUse },
    ...{ fields: form.fields.filter(({ path }) => path !== `${PREFIX}.kind`), faultOf: form.faultOf },
    ...{ valueOf: form.valueOf, change, look, read, open, forget, test, use },
  };
}

/** Whatever the order of their keys. */
const isSame = (one: object | undefined, other: object | undefined): boolean => {
  const text = (value: object | undefined): string => JSON.stringify(Object.entries(value ?? {}).sort());
  return text(one) === text(other);
};
