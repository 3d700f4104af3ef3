import type { EgressSession } from '../../connector/egress.ts';
import type { SecretFailure } from '../../errors/secret-error.ts';

/**
 * An outside manager that is asked over the network: the export `manager` of a module that an egress worker imports. What goes in and comes
 * out crosses to that thread. Both throw SecretError and EgressError.
 */
export interface SecretManager<Login, Session, Question> {
  signIn(login: Login, egress: EgressSession): Promise<SignedIn<Session>>;
  read(asked: { readonly session: Session; readonly question: Question }, egress: EgressSession): Promise<Uint8Array>;
}

export interface SignedIn<Session> {
  readonly session: Session;
  /** How long it may be used, seconds. A manager may end it sooner. */
  readonly seconds: number;
}

/** One step, as it is handed to a worker. */
export type ManagerCall = { readonly moduleUrl: string } & (
  | { readonly step: 'signIn'; readonly login: unknown }
  | { readonly step: 'read'; readonly session: unknown; readonly question: unknown }
);

/** What a worker answers, in the data of its outcome: it is shown to nobody, and goes into no log. */
export type ManagerAnswer = { readonly answer: unknown } | { readonly failure: SecretFailure; readonly field: string | null };

/** Runs a step in a worker, within the time that a provider has for it. Throws SecretError. */
export type AskManager = (call: ManagerCall, signal?: AbortSignal) => Promise<unknown>;
