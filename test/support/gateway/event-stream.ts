import type { TestGateway, TestToken } from './gateway.ts';

/** A subscription over server-sent events, as a client of ours reads it. */
export interface TestStream {
  readonly status: number;
  readonly contentType: string | null;
  /** The next message; null when the server has ended the stream. Comments, which keep the connection alive, are told as `comment`. */
  message(): Promise<{ readonly event: string; readonly data: string } | null>;
  /** The next answer; null when there are no more. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's, which tests write themselves.
  answer(): Promise<any>;
  /** The client goes away. */
  leave(): void;
}

export async function openStream(
  gateway: Pick<TestGateway, 'url'>,
  query: string,
  variables: object = {},
  token: TestToken | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestStream> {
  const leaving = new AbortController();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token.secret}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  const message: TestStream['message'] = async () => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim();
        return { event: field('event') ?? 'comment', data: field('data') ?? '' };
      }
      const chunk = await chunks?.next();
      if (chunk === undefined || chunk.done === true) return null;
      text += chunk.value;
    }
  };
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    message,
    async answer() {
      for (;;) {
        const next = await message();
        if (next === null || next.event === 'complete') return null;
        if (next.event === 'next') return JSON.parse(next.data);
      }
    },
    leave: () => leaving.abort(),
  };
}
