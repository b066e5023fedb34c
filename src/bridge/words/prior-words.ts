/** The table that comes with the program as something to begin with, in words. */

/** Its name, and the data set that it was recorded on: on any other it is a prior. */
export const SHIPPED_TABLE = { name: 'fashion-kd', dataset: 'fashion-mnist', datasetTitle: 'Fashion-MNIST' } as const;

/** `students`: of whom it knows something. Before a start. */
export function shippedPriorWords(students: number): string {
  if (students === 0)
    return (
      'The table of the program knows none of these students, for it holds those of the compact space alone: ' +
      'the search begins without it.'
    );
  return (
    `Begins with what ${students.toLocaleString('en')} of these students reached on ${SHIPPED_TABLE.datasetTitle} ` +
    '(the table of the program). It counts for the first ten students, as far as their results bear it out.'
  );
}

/** Of a run that was started with it. */
export const LEARNS_FROM_TABLE = `the table of the program (${SHIPPED_TABLE.datasetTitle})`;
