/** Host and Origin of a request: only pages of this very address may speak to us (DNS rebinding,
 * other sites' pages). */

export interface RequestHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** The name in the address bar must be ours: a foreign name that resolves to 127.0.0.1 is not. */
export function isOwnHost({ host }: RequestHeaders, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** For requests that a browser always marks with its page's origin (POST, WebSocket). */
export function isOwnOrigin(headers: RequestHeaders, port: number): boolean {
  return isOwnHost(headers, port) && headers.origin === `http://${headers.host}`;
}
