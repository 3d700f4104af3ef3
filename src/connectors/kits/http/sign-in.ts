import { z } from 'zod';
import type { EgressSession, HttpTls } from '../../../domain/connector/egress.ts';
import { type HttpAsk, type HttpSession, openHttp } from './http-session.ts';

/** What a login is made with. */
export interface SignInContext {
  readonly egress: EgressSession;
  /** Requests below the base URL that say of nobody that he asks. */
  readonly anonymous: HttpSession;
  /** A session of these headers, at the base URL unless another is given. */
  open(headers: Readonly<Record<string, string>>, baseUrl?: string): HttpSession;
}

export interface SignedIn<S> {
  readonly session: S;
  /** Ends the session at the system; left out where it has none to end. */
  readonly signOut?: HttpAsk;
}

export function signInContext(egress: EgressSession, baseUrl: string, tls: HttpTls | undefined): SignInContext {
  const { origin } = new URL(baseUrl);
  return {
    egress,
    anonymous: openHttp(egress, baseUrl, undefined, tls),
    open: (headers, url = baseUrl) => openHttp(egress, url, async () => headers, new URL(url).origin === origin ? tls : undefined),
  };
}

/** Signs out whatever the check came to. A system that does not let us is no failure of the check: its sessions end by themselves. */
export async function withSignedIn<S extends HttpSession, T>(
  { session, signOut }: SignedIn<S>,
  use: (session: S) => Promise<T>,
): Promise<T> {
  try {
    return await use(session);
  } finally {
    if (signOut !== undefined) await session.ask(signOut, z.unknown()).catch(() => null);
  }
}
