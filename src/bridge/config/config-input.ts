/** From the configuration that a run keeps back to a search as people write it. */
import type { SearchConfig } from '../../core/records/run.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import { faultOf } from '../../core/records/zod.ts';
import { searchInputSchema } from '../schemas/records.ts';
import type { FamiliedSearch } from '../schemas/records.ts';
import { OBJECTIVES } from './expand-config.ts';

const LONGEST_FINGERPRINT = 200;

/** Its reference point apart, which follows from the rest. */
function fieldsOf(config: SearchConfig) {
  const { objectives, limits, datasetFingerprint: _, reference: __, teacher, priorFrom, space, ...rest } = config;
  return {
    ...rest,
    ...(priorFrom && { prior: priorFrom }),
    ...(space?.kind === 'wide' ? spaceFields(space, config) : { space: 'compact' }),
    ...(teacher !== '' && { teacher }),
    objectives: objectives.map(({ metric }) => metric),
    limits: Object.fromEntries(limits.map(({ metric, max }) => [metric, max])),
  };
}

/** Given students are of the very space that they were found in; a search may have what the program
 * has now, with somebody's own levels. */
function spaceFields(
  { scale, levels, own }: Extract<SpaceKind, { kind: 'wide' }>,
  { students }: Pick<SearchConfig, 'students'>,
) {
  const given = students ? levels : own;
  return { space: 'wide', scale, ...(given && { levels: given }) };
}

/** `expandConfig` of it asks for the same again. Throws `ZodError` where a run of another version
 * asks for what this one does not know. */
export function inputOf(config: SearchConfig): FamiliedSearch {
  const { accuracy } = config.reference;
  // Said, for what the data give is not what they gave to earlier versions. The costs' follow from
  // limits and families.
  const fields = { ...fieldsOf(config), ...(accuracy !== undefined && { reference: { accuracy } }) };
  const { recipe, ...parsed } = searchInputSchema.parse(fields);
  const { learningRate } = config.recipe;
  return { ...parsed, families: [...config.families], recipe: { ...recipe, learningRate } };
}

/** What is wrong with it, in words, by the very schema that a search passes before it is started;
 * `undefined` where it is one that this program could have started. */
export function searchFault(config: SearchConfig): string | undefined {
  const { objectives, limits, reference, datasetFingerprint = '' } = config;
  const isKnown = objectives.every(({ metric, goal, known }) =>
    Object.values(OBJECTIVES).some((one) => one.metric === metric && one.goal === goal && one.known === known),
  );
  if (!isKnown) return 'objectives: one of them is none that a search has';
  if (new Set(limits.map(({ metric }) => metric)).size < limits.length) return 'limits: one of them stands there twice';
  const parsed = searchInputSchema.safeParse(fieldsOf(config));
  if (!parsed.success) return faultOf(parsed.error);
  if (datasetFingerprint.length > LONGEST_FINGERPRINT) return 'datasetFingerprint: it is too long';
  const unknown = objectives.find(({ metric }) => !Object.hasOwn(reference, metric));
  return unknown && `reference: it has no ${unknown.metric}`;
}
