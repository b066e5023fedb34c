/** Links that may lead out of the program, into the system's browser. One rule for shells and
 * pages. */

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

/** Papers and their identifiers. */
const KNOWN_HOSTS: readonly string[] = ['arxiv.org', 'doi.org', 'openreview.net'];

/** `known`: opened at once. `asked`: a page of the web that somebody's note names, opened when the
 * person agrees. Undefined: nowhere that a browser should go from here. */
export function wayOut(address: string): 'known' | 'asked' | undefined {
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const isKnown = url.protocol === 'https:' && KNOWN_HOSTS.includes(url.hostname) && url.port === '';
  return isKnown ? 'known' : 'asked';
}
