import type { z } from 'zod';
import type { Connector, ConnectorDefinition } from '../../domain/connector/connector.ts';
import { defineConnector } from '../../domain/connector/define-connector.ts';
import type { HttpTls } from '../../domain/connector/egress.ts';
import type { DetailsOf, FieldShape } from '../../domain/connector/field.ts';
import { authorizeWith, type HttpAuth } from './http/http-auth.ts';
import { httpMeaningOf, httpProblem } from './http/http-problem.ts';
import { type HttpAsk, HttpFailure, type HttpSession, openHttp } from './http/http-session.ts';
import { type SignedIn, type SignInContext, signInContext, withSignedIn } from './http/sign-in.ts';
import type { Meaning, Meanings } from './problems.ts';
import { type Check, type Checks, type IdentityCheck, usualValidators } from './usual-validators.ts';

export interface HttpConnectorDefinition<F extends FieldShape, S extends HttpSession = HttpSession>
  extends Omit<ConnectorDefinition<F>, 'validators'>,
    Checks<DetailsOf<F>, S> {
  /** What the paths of requests stand below. */
  baseUrl(details: DetailsOf<F>): string;
  /** How requests say who asks; they do not unless given. */
  auth?(details: DetailsOf<F>): HttpAuth;
  /** A login that yields a session, in the place of `auth`. The session is ended when the check is. */
  signIn?(context: SignInContext, details: DetailsOf<F>): Promise<SignedIn<S>>;
  /** How https is verified at the base URL, where the details say it; no other host is spared the check of its certificate. */
  tls?(details: DetailsOf<F>): HttpTls;
  /** A request that succeeds only with a working login, with the shape of the answer. */
  readonly probe: Probe | Check<DetailsOf<F>, S>;
  /** A request whose answer says who the login is; the members that the shape names are shown. */
  readonly identity?: Probe | IdentityCheck<DetailsOf<F>, S>;
  /** What the codes and statuses of answers mean, and `TOKEN_REFUSED` where tokens are fetched, over the table that holds for all. */
  readonly refusals?: Meanings<DetailsOf<F>>;
  /** Explains what codes and statuses do not; null for the rest. */
  explain?(failure: HttpFailure, details: DetailsOf<F>): Meaning | null;
}

interface Probe extends HttpAsk {
  readonly answer: z.ZodType;
}

/** A kind that is asked over HTTP. */
export function defineHttpConnector<F extends FieldShape, S extends HttpSession = HttpSession>(
  definition: HttpConnectorDefinition<F, S>,
): Connector {
  const { called = definition.title, baseUrl, auth, signIn, tls, probe, identity, refusals = {}, explain } = definition;
  return defineConnector<F>({
    speaks: 'an HTTP API',
    ...definition,
    validators: usualValidators<DetailsOf<F>, S>({
      ...definition,
      title: called,
      connection: typeof probe === 'function' ? probe : (session) => ask(session, probe).then(() => ({})),
      identity: typeof identity === 'object' ? async (session) => ({ who: await ask(session, identity) }) : identity,
      async withSession({ credentials, egress }, use) {
        const [base, protection] = [baseUrl(credentials), tls?.(credentials)];
        if (signIn !== undefined) return await withSignedIn(await signIn(signInContext(egress, base, protection), credentials), use);
        const way = auth?.(credentials);
        const session = openHttp(egress, base, way === undefined ? undefined : await authorizeWith(way, egress), protection);
        // A kind whose sessions are more than that makes them in `signIn`.
        return await use(session as S);
      },
      shows: (error) => (error instanceof HttpFailure ? { returnedData: { status: error.status } } : undefined),
      explain(error, { credentials: details }) {
        if (!(error instanceof HttpFailure)) throw error;
        return httpProblem(error, called, explain?.(error, details) ?? httpMeaningOf(refusals, error, details));
      },
    }),
  });
}

async function ask(session: HttpSession, { answer, ...request }: Probe): Promise<unknown> {
  return await session.ask(request, answer);
}
