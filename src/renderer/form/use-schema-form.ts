/** A small form that is generated from a schema: what was typed, what is wrong with it, what it
 * means, and what the host says to it. */
import { computed, shallowRef } from 'vue';
import { useCall } from '../api.ts';
import type { z } from '../../core/records/zod.ts';
import { faultsOf } from './check-input.ts';
import type { Draft, Field, FieldValue } from './form-model.ts';
import { draftToInput, initialDraft, schemaFields } from './form-model.ts';

/** What the host said against the order, and of which field. */
export interface Refusal {
  readonly message: string;
  readonly field?: string | undefined;
}

/** The fields of `schema` stand under `prefix`; `later`: what became known against the order after
 * the host had taken it. */
export function useSchemaForm<S extends z.ZodType>(
  schema: S,
  prefix: string,
  later: () => Refusal | undefined = () => undefined,
) {
  const fields = schemaFields(schema, prefix);
  const { busy, error, call } = useCall();
  const refusal = computed<Refusal | undefined>(() =>
    error.value ? { message: error.value.message, field: error.value.place.field } : later(),
  );
  const draft = shallowRef<Draft>(initialDraft(fields));
  const touched = shallowRef<ReadonlySet<string>>(new Set());
  const typed = computed(() => draftToInput(fields, draft.value, {})[prefix] ?? {});
  const checked = computed(() => schema.safeParse(typed.value));
  const faults = computed(() =>
    checked.value.success ? new Map<string, string>() : faultsOf(checked.value.error, typed.value),
  );
  /** Undefined while anything is wrong. */
  const input = computed<z.output<S> | undefined>(() => checked.value.data);

  const keyOf = ({ path }: Field): string => path.slice(prefix.length + 1);

  /** Shown once a field was touched or a start was tried: an untouched form accuses nobody. */
  function faultOf(field: Field): string | undefined {
    const key = keyOf(field);
    if (refusal.value?.field === key) return refusal.value.message.replace(`${key}: `, '');
    return touched.value.has(field.path) ? faults.value.get(key) : undefined;
  }

  /** What stands beside no field. */
  const general = computed(() =>
    fields.some((field) => keyOf(field) === refusal.value?.field) ? undefined : refusal.value,
  );

  const valueOf = ({ path, initial }: Field): FieldValue => draft.value[path] ?? initial;

  function change({ path }: Field, value: FieldValue): void {
    error.value = undefined;
    touched.value = new Set(touched.value).add(path);
    draft.value = { ...draft.value, [path]: value };
  }

  /** From the program: it accuses nobody. */
  function fill(key: string, value: FieldValue): void {
    draft.value = { ...draft.value, [`${prefix}.${key}`]: value };
  }

  const touchAll = (): void => void (touched.value = new Set(fields.map(({ path }) => path)));

  function reset(): void {
    draft.value = initialDraft(fields);
    touched.value = new Set();
  }

  return { ...{ busy, error, call }, ...{ fields, input, general, faultOf, valueOf, change, fill, touchAll, reset } };
}
