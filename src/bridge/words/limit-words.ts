/** `params`: the limit that is in force where nothing was said. Before a start. */
export const impliedLimitWords = (params: number): string =>
  `No limit is given: students have at most ${params.toLocaleString('en')} parameters, by the size of the teacher.`;
