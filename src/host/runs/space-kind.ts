/** Which students the families of a search have: the levels that are in force, from what was asked
 * for, its limits and its teacher. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { TaskCard } from '../../core/arch/families/student-family.ts';
import type { FamiliedSearch, ParsedSearchInput } from '../../bridge/schemas/records.ts';
import { studentFamilyNames, studentSpace } from '../../core/arch/families/registry.ts';
import { BASE_SCALE, scaleOf } from '../../core/arch/families/wide/levels.ts';
import { invalid } from '../../core/errors.ts';
import type { SpaceKind } from '../../core/records/space-kind.ts';
import { typicalOf } from '../library/catalog.ts';

/** Params of the largest students that are looked for, as a share of their teacher's. [R] */
const SHARE_OF_TEACHER = 1 / 4;
/** Every family has hundreds of students of so many params. */
const LEAST_IMPLIED = 5_000;

type Asked = Pick<FamiliedSearch, 'families' | 'space' | 'scale' | 'levels' | 'limits'>;

/** `teacherParams`: absent, or 0, where they are not known. Throws `config.invalid` with the field
 * of a level that is not possible. */
export function spaceKindOf(
  { families, space, scale, levels, limits }: Asked,
  card: TaskCard,
  teacherParams: number | undefined,
): SpaceKind {
  if (space === 'compact') {
    if (levels !== undefined) throw invalid('levels', 'a compact space has none of its own: say "space": "wide".');
    if (scale !== undefined) throw invalid('scale', 'a compact space has none: say "space": "wide".');
    return { kind: 'compact' };
  }
  for (const name of Object.keys(levels ?? {})) {
    if (!studentFamilyNames().includes(name)) {
      throw invalid(`levels.${name}`, `there is no such family: choose from ${studentFamilyNames().join(', ')}.`);
    }
    if (!families.includes(name)) throw invalid(`levels.${name}`, 'it is not among the families of this search.');
  }
  const wide = { kind: 'wide', scale: scaleOf(scale ?? wishedParams(families, limits, card, teacherParams)) } as const;
  const asked: SpaceKind = { ...wide, ...(levels && { levels }) };
  const inForce = studentSpace(families, taskOf(card), asked).families.map(
    ({ name, dimensions }) => [name, Object.fromEntries(dimensions.map((one) => [one.name, one.levels]))] as const,
  );
  return { ...wide, levels: Object.fromEntries(inForce), ...(levels && { own: levels }) };
}

/**
 * The limits that are in force. A wide space reaches far past its scale, so that a search that
 * limits nothing and says no scale would train students larger than their teacher: those of at most
 * a quarter of it, or of 5,000 params, are looked for. `teacherParams`: as in `spaceKindOf`.
 */
export function limitsInForce(
  { space, scale, limits, students }: Pick<ParsedSearchInput, 'space' | 'scale' | 'limits' | 'students'>,
  teacherParams: number | undefined,
): ParsedSearchInput['limits'] {
  const isLimited = Object.values(limits).some((limit) => limit !== undefined);
  if (space !== 'wide' || scale !== undefined || students !== undefined || isLimited || !teacherParams) return limits;
  return { ...limits, params: Math.max(LEAST_IMPLIED, Math.round(teacherParams * SHARE_OF_TEACHER)) };
}

/** What the limits leave, MACs by as many a param as reference students have; else by the
 * teacher. */
function wishedParams(
  families: readonly string[],
  { params, macs }: Asked['limits'],
  card: TaskCard,
  teacherParams: number | undefined,
): number {
  const typical = typicalOf(families, card);
  const byMacs = macs === undefined ? Infinity : (macs * typical.params) / typical.macs;
  const limited = Math.min(params ?? Infinity, byMacs);
  if (limited < Infinity) return limited;
  return teacherParams ? teacherParams * SHARE_OF_TEACHER : BASE_SCALE;
}
