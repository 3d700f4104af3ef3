import type { SignedIn } from '../../domain/connection/reference/secret-manager.ts';

/** Sessions at one manager, by what they are good for. */
export interface KeptSessions {
  /** The one that is good now, by signing in where there is none: once, however many ask. */
  find(audience: string, signIn: () => Promise<SignedIn<unknown>>): Promise<unknown>;
  /** The manager no longer takes it. Of several who say so, none throws away what took its place. */
  drop(audience: string, session: unknown): void;
}

interface Kept {
  readonly signingIn: Promise<SignedIn<unknown>>;
  /** Null until it has signed in. */
  signedIn: { readonly session: unknown; readonly endsAt: number } | null;
}

/** A session is not begun with when less than this is left of it, milliseconds. */
const MARGIN_MS = 20_000;

/** `now` only ever goes forward, milliseconds. */
export function createKeptSessions(now: () => number): KeptSessions {
  const kept = new Map<string, Kept>();

  function begin(audience: string, signIn: () => Promise<SignedIn<unknown>>): Kept {
    const begunAt = now();
    const one: Kept = { signingIn: signIn(), signedIn: null };
    kept.set(audience, one);
    one.signingIn.then(
      ({ session, seconds }) => {
        one.signedIn = { session, endsAt: begunAt + seconds * 1000 - MARGIN_MS };
      },
      () => {
        if (kept.get(audience) === one) kept.delete(audience);
      },
    );
    return one;
  }

  return {
    async find(audience, signIn) {
      const found = kept.get(audience);
      const isGood = found !== undefined && (found.signedIn === null || found.signedIn.endsAt > now());
      return (await (isGood ? found : begin(audience, signIn)).signingIn).session;
    },
    drop(audience, session) {
      if (kept.get(audience)?.signedIn?.session === session) kept.delete(audience);
    },
  };
}
