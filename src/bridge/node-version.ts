/** Every entry looks at its Node first: an older one would crash later, without a word. */

const NEEDED = 24;

/** `version`: `process.versions.node`. What to do, or undefined when it is new enough. */
export function nodeProblem(version: string): string | undefined {
  const major = Number(version.split('.')[0]);
  return major >= NEEDED
    ? undefined
    : `The workbench needs Node ${NEEDED} or newer, and this is Node ${version}. Start it with npm start or npm ` +
        'run trade, which bring their own.';
}
