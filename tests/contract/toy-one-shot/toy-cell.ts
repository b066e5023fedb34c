/** A family for the toy one-shot search: two edges, each of which is one of three paths. */
import { normalisedConvolution } from '../../../src/core/arch/blocks.ts';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';
import type { GraphBuilder, Value } from '../../../src/core/arch/graph-builder.ts';
import { numberLevel, textLevel } from '../../../src/core/arch/families/student-family.ts';
import type { StudentFamilyDefinition, StudentTask } from '../../../src/core/arch/families/student-family.ts';

const PATHS = ['skip', 'conv1', 'conv3'] as const;
const EDGES = ['first', 'second'] as const;
const REFERENCE = { width: 8, first: 'skip', second: 'skip' } as const;

type Path = (typeof PATHS)[number];

/** Layers of students and supernet bear the same names. */
function path(g: GraphBuilder, edge: string, which: Path, x: Value): Value {
  const id = `${edge}.${which}`;
  if (which === 'skip') return g.batchNorm(id, x);
  const kernel = which === 'conv1' ? 1 : 3;
  return normalisedConvolution(g, id, x, { filters: x.shape[2] ?? 0, kernel, stride: 1, activation: 'relu' });
}

export function toyCellFamily({ inputShape, classes }: StudentTask): StudentFamilyDefinition {
  const network = (width: number, edgeOf: (g: GraphBuilder, edge: (typeof EDGES)[number], x: Value) => Value) => {
    const g = graphBuilder('toy-cell', inputShape, classes);
    const stem = normalisedConvolution(g, 'stem', g.input, {
      filters: width,
      kernel: 3,
      stride: 4,
      activation: 'relu',
    });
    const cell = EDGES.reduce((x, edge) => edgeOf(g, edge, x), stem);
    return g.finish(g.globalAveragePool('pool', cell));
  };
  return {
    name: 'toy-cell',
    title: 'Toy cell',
    source: 'tests/contract',
    dimensions: [
      { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [4, 8] },
      { name: 'first', title: 'First edge', role: 'other', type: 'categorical', levels: PATHS },
      { name: 'second', title: 'Second edge', role: 'other', type: 'categorical', levels: PATHS },
    ],
    reference: REFERENCE,
    build: (config) =>
      network(numberLevel(config, 'width'), (g, edge, x) => path(g, edge, textLevel(config, edge, PATHS), x)),
    supernet: () => ({
      graph: network(REFERENCE.width, (g, edge, x) =>
        g.add(`${edge}.sum`, ...PATHS.map((which) => g.layerScale(`${edge}.${which}.share`, path(g, edge, which, x)))),
      ),
      edges: EDGES.map((edge) => ({
        id: edge,
        dimension: edge,
        paths: PATHS.map((which) => [`${edge}.${which}.share`]),
      })),
    }),
  };
}
