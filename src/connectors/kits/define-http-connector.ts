import type { z } from 'zod';
import type { Connector, ConnectorDefinition } from '../../domain/connector/connector.ts';
import { defineConnector } from '../../domain/connector/define-connector.ts';
import type { DetailsOf, FieldShape } from '../../domain/connector/field.ts';
import { authorizeWith, type HttpAuth } from './http/http-auth.ts';
import { httpMeaningOf, httpProblem } from './http/http-problem.ts';
import { type HttpAsk, HttpFailure, type HttpSession, openHttp } from './http/http-session.ts';
import type { Meaning, Meanings } from './problems.ts';
import { type Check, type Checks, type IdentityCheck, usualValidators } from './usual-validators.ts';

export interface HttpConnectorDefinition<F extends FieldShape>
  extends Omit<ConnectorDefinition<F>, 'validators'>,
    Checks<DetailsOf<F>, HttpSession> {
  /** What the paths of requests stand below. */
  baseUrl(details: DetailsOf<F>): string;
  /** How requests say who asks; they do not unless given. */
  auth?(details: DetailsOf<F>): HttpAuth;
  /** A request that succeeds only with a working login, with the shape of the answer. */
  readonly probe: Probe | Check<DetailsOf<F>, HttpSession>;
  /** A request whose answer says who the login is; the members that the shape names are shown. */
  readonly identity?: Probe | IdentityCheck<DetailsOf<F>, HttpSession>;
  /** What the codes and statuses of answers mean, over the table that holds for all. */
  readonly refusals?: Meanings<DetailsOf<F>>;
  /** Explains what codes and statuses do not; null for the rest. */
  explain?(failure: HttpFailure, details: DetailsOf<F>): Meaning | null;
}

interface Probe extends HttpAsk {
  readonly answer: z.ZodType;
}

/** A kind that is asked over HTTP. */
export function defineHttpConnector<F extends FieldShape>(definition: HttpConnectorDefinition<F>): Connector {
  const { called = definition.title, baseUrl, auth, probe, identity, refusals = {}, explain } = definition;
  return defineConnector<F>({
    speaks: 'an HTTP API',
    ...definition,
    validators: usualValidators<DetailsOf<F>, HttpSession>({
      ...definition,
      title: called,
      connection: typeof probe === 'function' ? probe : (session) => ask(session, probe).then(() => ({})),
      identity: typeof identity === 'object' ? async (session) => ({ who: await ask(session, identity) }) : identity,
      async withSession({ credentials, egress }, use) {
        const way = auth?.(credentials);
        return await use(openHttp(egress, baseUrl(credentials), way === undefined ? undefined : await authorizeWith(way, egress)));
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
