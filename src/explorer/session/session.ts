import { request } from './request.ts';

const PATH = '/explorer/session';

/** Who is signed in. */
export interface Identity {
  readonly name: string;
  readonly project: string;
  readonly roles: readonly string[];
}

/** Null when nobody is signed in. */
export async function readSession(): Promise<Identity | null> {
  const response = await request(PATH);
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(await reasonOf(response));
  // The gateway and its page are built and released together.
  return (await response.json()) as Identity | null;
}

/** Exchanges a token for a cookie that no script can read. Throws an error to show when it is refused. */
export async function openSession(token: string): Promise<void> {
  const response = await request(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (response.status === 401)
    throw new Error(
      'The gateway does not accept this token. Check that it was copied whole, and that it has neither expired nor been revoked.',
    );
  if (!response.ok) throw new Error(await reasonOf(response));
}

export async function closeSession(): Promise<void> {
  const response = await request(PATH, { method: 'DELETE' });
  if (!response.ok) throw new Error(await reasonOf(response));
}

/** The gateway's own words where there are any; a proxy in between may answer anything. */
async function reasonOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as {
    readonly message?: string;
    readonly errors?: readonly { readonly message?: string }[];
  } | null;
  return body?.errors?.[0]?.message ?? body?.message ?? `The gateway answered with status ${response.status}.`;
}
