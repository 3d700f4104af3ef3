/**
 * Sends a request to the gateway that served this page, with the session's cookie. The gateway wants a header with it that no other
 * site can add.
 */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-changeover-csrf', '1');
  return fetch(path, { ...init, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
}
