/** The rooms whose tests are tried by mutation: what is changed in each, and which tests are to
 * notice. */

export interface Room {
  /** Globs of the sources that are mutated. */
  readonly mutate: readonly string[];
  /** Globs of the tests that may kill a mutant; each runs in its own process without a child that
   * matters. */
  readonly tests: readonly string[];
}

export const ROOMS = {
  numbers: {
    mutate: ['src/bridge/numbers.ts'],
    tests: ['tests/bridge/numbers*.test.ts', 'tests/contract/bridge-transports.test.ts'],
  },
  web: {
    // The entry only looks at the version of Node.
    mutate: ['src/web/**/*.ts', '!src/web/index.ts'],
    // A mutant is switched on in the process of the tests alone: what starts the program as one of
    // its own sees none.
    tests: ['tests/web/**/!(web-shell|lost-socket).test.ts', 'tests/bridge/connect-web.test.ts'],
  },
  archive: {
    mutate: ['src/host/archive/unpack.ts', 'src/host/archive/{file,folders,layout,records,words}.ts'],
    // Not the hostile archives: a hundred of them for every mutant would take days.
    tests: ['tests/host/archive*.test.ts', 'tests/host/imported-files.test.ts'],
  },
  store: {
    // Migrations are append-only texts of SQL, each compared with a database of its time
    // (tests/store/fixtures).
    mutate: ['src/store/**/*.ts', '!src/store/migrations/**'],
    // Not `tests/faults`: each of them is seconds of work for every mutant that it reaches, and it
    // reaches most.
    tests: ['tests/store/**/*.test.ts', 'tests/contract/store-*.test.ts'],
  },
} as const satisfies Readonly<Record<string, Room>>;

export type RoomName = keyof typeof ROOMS;

/** Whether a text is the name of a room. */
export const isRoom = (text: string): text is RoomName => Object.hasOwn(ROOMS, text);
