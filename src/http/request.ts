import type { ErrorCode } from '../domain/errors/errors.ts';
import type { Actor, RequestInfo } from '../domain/token/actor.ts';
import type { RenderError } from './error-answer.ts';

/** What the log and the figures are told of a request on its way. Never what it asked for. */
export interface RequestNotes {
  /** Accessor id of the token, or `local`; null when nobody was recognised. */
  actor: string | null;
  /** Name of the operation: of a document that was valid, or of a route. */
  operation: string | null;
  isMutation: boolean;
  codes: readonly ErrorCode[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the audit is told of the request. */
    info: RequestInfo;
    record: RequestNotes;
    /** Who is calling, on the routes that ask. */
    actor: Actor;
  }

  interface FastifyContextConfig {
    /** How a route tells failures whose clients expect another form than all else below its path. */
    renderError?: RenderError;
    /** Its callers are known: what anybody may ask for has no such mark. */
    asksWho?: boolean;
    /** Who is unknown is refused before a path, or a method, is looked at. */
    asksWhoFirst?: boolean;
    /** It stands for whatever is not served below a path. */
    servesNothing?: boolean;
  }
}
