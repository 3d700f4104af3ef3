import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestInfo } from '../../domain/token/actor.ts';

/** The client's trace id where it sent a decent one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const trace = request.headers['x-mcd-trace-id'];
  return typeof trace === 'string' && /^[\w.-]{1,64}$/.test(trace) ? trace : randomUUID();
}

/** Headers in which the lead API's clients say which command of theirs it was; kept for the audit. */
const CLIENT_HEADERS = ['user-agent', 'x-mcd-telemetry-reason', 'x-mcd-telemetry-service', 'x-mcd-telemetry-command', 'x-mcd-session-id'];

/** What is known of a request before it is read. */
export class ReceivedRequest implements RequestInfo {
  readonly id: string;
  readonly ip: string | null;
  readonly #request: IncomingMessage;

  constructor(id: string, ip: string | null, request: IncomingMessage) {
    this.id = id;
    this.ip = ip;
    this.#request = request;
  }

  /** Read when somebody asks, since most requests change nothing that an audit row would tell of. */
  get client(): Readonly<Record<string, string>> {
    const client: Record<string, string> = {};
    for (const name of CLIENT_HEADERS) {
      const value = this.#request.headers[name];
      if (typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value)) client[name] = value;
    }
    return client;
  }
}
