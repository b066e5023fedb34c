/**
 * Families whose every choice is free in each stage or block. A network is a row of parts; what a
 * part costs hangs on its own levels and on the shape that comes in. So a cost is a sum that is
 * remembered part by part, and the cheapest members follow from a walk over the stages.
 */
import type { Configuration, Family, Level } from '../../../space/space.ts';
import { partCosts } from '../../cost.ts';
import type { Shape } from '../../graph.ts';
import { graphBuilder } from '../../graph-builder.ts';
import type { StudentFamilyDefinition, StudentTask } from '../student-family.ts';
import { cheapestMembers } from './cheapest.ts';
import type { NumberedPart, Part, Place, Stage, Step, Walk } from './parts.ts';

/** The last part ends in a vector, which a classifier follows. */
export interface StagedDefinition extends Omit<StudentFamilyDefinition, 'build' | 'supernet' | 'isLegal'> {
  /** Names of dimensions that several stages' costs hang on. */
  readonly shared: readonly string[];
  readonly stages: readonly Stage[];
}

export type StagedFamily = StudentFamilyDefinition & Pick<Family, 'costs' | 'cheapest'>;

/** More parts than any family has. */
const MOST_PARTS = 128;

export function stagedFamily(task: StudentTask, definition: StagedDefinition): StagedFamily {
  const { stages, shared, ...rest } = definition;
  const classifier: Part = {
    reads: [],
    build: (g, x) => g.dense('classifier', x, { units: task.classes, bias: true }),
  };
  let number = 0;
  const rows = [...stages, { owns: [], parts: [classifier] }].map(({ owns, parts }) => ({
    owns,
    parts: parts.map((part): NumberedPart => {
      const levels = rest.dimensions.filter(({ name }) => part.reads.includes(name));
      return { ...part, number: number++, levels };
    }),
  }));
  const all = rows.flatMap(({ parts }) => parts);
  const { walk, start } = walker(task, rest.name);
  return {
    ...rest,
    build(config) {
      const g = graphBuilder(rest.name, task.inputShape, task.classes);
      const parts = stages.flatMap((stage) => stage.parts).filter((part) => isThere(part, config));
      return g.finish(parts.reduce((x, part) => part.build(g, x, config), g.input));
    },
    costs(config) {
      const { params, macs } = walk(start, all, config);
      return { params, macs };
    },
    cheapest: () => cheapestMembers({ dimensions: rest.dimensions, shared, stages: rows, start, walk }),
  };
}

function isThere({ from }: Part, config: Configuration): boolean {
  if (from === undefined) return true;
  const level = config[from.dimension];
  return typeof level === 'number' && level >= from.least;
}

/** Each part is counted once by a graph of its own for each shape and levels. */
function walker(task: StudentTask, family: string): { readonly walk: Walk; readonly start: Place } {
  const places = new Map<string, Place>();
  const placeOf = (shape: Shape): Place => {
    const key = shape.join('x');
    const place = places.get(key) ?? { shape, steps: new Map<number, Step>() };
    places.set(key, place);
    return place;
  };
  const count = (part: Part, { shape }: Place, config: Configuration): Step => {
    // A graph begins with a map or a vector: rows of tokens are a map one pixel wide.
    const [rows = 1, width = 1] = shape;
    const isTokens = shape.length === 2;
    const g = graphBuilder(family, isTokens ? [rows, 1, width] : shape, task.classes);
    const out = part.build(g, isTokens ? g.tokens('rows', g.input) : g.input, config);
    return { ...partCosts(g.part()), next: placeOf(out.shape) };
  };
  return {
    start: placeOf(task.inputShape),
    walk(from, parts, config) {
      let next = from;
      let [params, macs] = [0, 0];
      for (const part of parts) {
        if (!isThere(part, config)) continue;
        const code = codeOf(part.levels, config) * MOST_PARTS + part.number;
        let step = next.steps.get(code);
        if (step === undefined) {
          step = count(part, next, config);
          next.steps.set(code, step);
        }
        params += step.params;
        macs += step.macs;
        next = step.next;
      }
      return { params, macs, next };
    },
  };
}

/** A number of its own for all levels of these dimensions. */
function codeOf(dimensions: NumberedPart['levels'], config: Configuration): number {
  let code = 0;
  for (const { name, levels } of dimensions) {
    const level: Level | undefined = config[name];
    code = code * (levels.length + 1) + (level === undefined ? 0 : levels.indexOf(level) + 1);
  }
  return code;
}
