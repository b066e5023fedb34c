/** A recorded table made in the test: 4 x 3 rows, `quality` rising with both parameters, as text
 * and numbers mixed. */
export function tinyTable(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const rows = [1, 2, 3, 4].flatMap((depth) =>
    ['a', 'b', 'c'].map((kind, k) => [depth, kind, String(depth * 10 + k), 100 * depth + 7 * k]),
  );
  return {
    ...{ format: 'trade-replay/1', name: 'tiny', source: 'made here', licence: 'MIT', metrics: ['quality', 'params'] },
    objectives: [
      { metric: 'quality', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { quality: 0, params: 1000 },
    complete: true,
    families: [
      {
        name: 'tiny',
        parameters: [
          { name: 'depth', type: 'ordinal', values: [1, 2, 3, 4] },
          { name: 'kind', type: 'categorical', values: ['a', 'b', 'c'] },
        ],
        rows,
      },
    ],
    ...changes,
  };
}

/** Rows enough that random and evolution differ, `2 * width` squared of them: quality peaks away
 * from the middle. */
export function wideTable(width = 12): Readonly<Record<string, unknown>> {
  const values = Array.from({ length: 2 * width }, (_, level) => level);
  const rows = values.flatMap((x) =>
    values.map((y) => [x, y, 100 - (x - width / 2) ** 2 - (y - 1.5 * width) ** 2, 1000 + 40 * x + 60 * y]),
  );
  return tinyTable({
    name: 'wide',
    reference: { quality: -200, params: 4000 },
    families: [
      {
        name: 'wide',
        parameters: ['x', 'y'].map((name) => ({ name, type: 'ordinal', values })),
        rows,
      },
    ],
  });
}
