import type { z } from 'zod';
import type { EgressSession, HttpReply, HttpTls } from '../../../domain/connector/egress.ts';

export type About = 'token' | 'login' | 'request';

export interface HttpAsk {
  /** Below the base URL, beginning with a slash; empty for the base URL itself. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, parameters as a form, and text as it is. */
  readonly body?: string | URLSearchParams | object;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** What is asked for: a token of an authorization server, a login, or, unless given, what a login may ask for. */
  readonly about?: About;
}

/** A logged-in session of an HTTP API. */
export interface HttpSession {
  /** What was answered, parsed by the shape. Throws HttpFailure for a status other than 2xx and for an answer of another shape: any server may say yes. */
  ask<A extends z.ZodType>(request: string | HttpAsk, answer: A): Promise<z.output<A>>;
}

/** A request as it goes out, before who asks is added. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The headers that say who asks. */
export type Authorize = (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>;

/** An answer other than the expected one. `code` and `text` are the system's own words: they are read, and never shown as they are. */
export class HttpFailure extends Error {
  readonly about: About;
  /** 2xx where the answer was not of the shape that the system is documented to give. */
  readonly status: number;
  readonly code: string;
  readonly text: string;

  constructor(about: About, status: number, { code, text }: { readonly code: string; readonly text: string }) {
    super(`status ${status}`);
    this.about = about;
    this.status = status;
    this.code = code;
    this.text = text;
  }
}

export function openHttp(egress: EgressSession, baseUrl: string, authorize: Authorize = async () => ({}), tls?: HttpTls): HttpSession {
  return {
    async ask(request, answer) {
      const {
        path,
        method = 'GET',
        headers = {},
        body,
        maxBytes,
        timeoutMs,
        about = 'request',
      } = typeof request === 'string' ? { path: request } : request;
      const [type, content] = contentOf(body);
      const outgoing: OutgoingRequest = {
        method,
        url: urlOf(baseUrl, path),
        headers: { accept: 'application/json', ...type, ...headers },
        ...(content === undefined ? {} : { body: content }),
      };
      const reply = await egress.fetchHttp(outgoing.url, {
        ...outgoing,
        headers: { ...outgoing.headers, ...(await authorize(outgoing)) },
        ...(maxBytes === undefined ? {} : { maxBytes }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(tls === undefined ? {} : { tls }),
      });
      const value = readBody(reply);
      const read = reply.status >= 200 && reply.status < 300 ? answer.safeParse(value) : null;
      if (read?.success === true) return read.data;
      throw new HttpFailure(about, reply.status, wordsOf(value, reply.headers));
    },
  };
}

function contentOf(body: HttpAsk['body']): readonly [Readonly<Record<string, string>>, string | undefined] {
  if (body === undefined || typeof body === 'string') return [{}, body];
  if (body instanceof URLSearchParams) return [{ 'content-type': 'application/x-www-form-urlencoded' }, body.toString()];
  return [{ 'content-type': 'application/json' }, JSON.stringify(body)];
}

/** The URL of a path below the base URL. Whatever the path says, the origin and the path of the base URL stay. */
function urlOf(baseUrl: string, path: string): string {
  if (path === '') return baseUrl;
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** JSON where it is that, else the text. */
function readBody({ body }: HttpReply): unknown {
  const text = Buffer.from(body).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Code and message of a refusal, wherever APIs put them: in members of these names, in an object `error`, or in the elements or the header of AWS's. */
function wordsOf(value: unknown, headers: HttpReply['headers']): { readonly code: string; readonly text: string } {
  const awsCode = headers['x-amzn-errortype']?.replace(/:.*$/, '') ?? '';
  if (typeof value === 'string') return { code: /<Code>([^<]*)<\/Code>/.exec(value)?.[1] ?? awsCode, text: value.slice(0, MOST_TEXT) };
  const [members, nested] = [membersOf(value), membersOf(membersOf(value).error)];
  // Google numbers its codes as HTTP does, and names them in `status`, and more exactly by a reason.
  const name = reasonOf(nested) || first(nested, typeof nested.code === 'number' ? 'status' : 'code', 'code');
  return {
    code: (name || first(members, 'error_code', 'code', '__type', 'error') || awsCode).replace(/^.*#/, ''),
    text:
      first(nested, 'detail', 'message') ||
      first(members, 'message', 'error_description') ||
      (JSON.stringify(value) ?? '').slice(0, MOST_TEXT),
  };
}

/** Of Google's errors: https://cloud.google.com/apis/design/errors, and `errors` in the older APIs. */
function reasonOf(error: Readonly<Record<string, unknown>>): string {
  const listed = [error.errors, error.details].flatMap((list) => (Array.isArray(list) ? list : []));
  return listed.map((item) => first(membersOf(item), 'reason')).find((reason) => reason !== '') ?? '';
}

/** Characters of a refusal that are looked at. */
const MOST_TEXT = 2000;

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function first(members: Readonly<Record<string, unknown>>, ...names: readonly string[]): string {
  const found = names.map((name) => members[name]).find((member) => typeof member === 'string' || typeof member === 'number');
  return found === undefined ? '' : String(found);
}
