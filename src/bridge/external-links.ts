/** Links that may lead out of the program, into the system's browser: papers and their identifiers.
 * One list for shells and pages. */

// In every browser and in Node, but in no library that this room's compiler settings name.
declare const URL: {
  parse(address: string): {
    readonly protocol: string;
    readonly hostname: string;
    readonly port: string;
    readonly username: string;
    readonly password: string;
  } | null;
};

const EXTERNAL_HOSTS: readonly string[] = ['arxiv.org', 'doi.org', 'openreview.net'];

export function mayOpenExternally(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === 'https:' &&
    EXTERNAL_HOSTS.includes(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
}
