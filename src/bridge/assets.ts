/** Which files of the built renderer a shell may serve, by the path of a request. Both shells ask
 * here. */

/** By ending; what is not listed is not served. */
const MIME_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
};

/** What vite gives its files: no dot in front, nothing that a decoder, a file system or a shell
 * reads differently. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

export interface Asset {
  /** Below the renderer's folder, with `/` between its segments. */
  readonly path: string;
  readonly type: string;
}

/** `pathname`: as the URL parser left it, still encoded. Undefined for whatever is not plainly a
 * file of ours. */
export function assetAt(pathname: string): Asset | undefined {
  if (pathname === '/') return assetAt('/index.html');
  const segments = pathname.slice(1).split('/');
  if (!pathname.startsWith('/') || !segments.every((segment) => SEGMENT.test(segment))) return undefined;
  const ending = segments.at(-1)?.split('.').at(-1) ?? '';
  const type = Object.hasOwn(MIME_TYPES, ending) ? MIME_TYPES[ending] : undefined;
  return type === undefined ? undefined : { path: segments.join('/'), type };
}
