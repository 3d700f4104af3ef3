import { expect } from 'vitest';
import type { Answer, TestGateway, TestToken } from './gateway.ts';

/** Has a request go through Yoga's own handler, and be answered as one that accepts JSON alone. */
export const THROUGH_YOGA: Readonly<Record<string, string>> = { accept: 'application/json, text/event-stream' };

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Holds two answers equal: status, body, and every header that is not of its own request or connection. */
export function expectSame(long: Told, short: Told): void {
  expect(shownOf(long)).toEqual(shownOf(short));
}

function shownOf({ status, headers, text }: Told) {
  const own = new Set(['date', 'x-request-id', 'content-length', 'connection', 'keep-alive', 'transfer-encoding']);
  return { status, text, headers: Object.fromEntries([...headers].filter(([name]) => !own.has(name))) };
}

/** Asks down both ways what changes nothing, holds the answers equal, and gives one of them. */
export async function askBothWays(gateway: TestGateway, query: string, variables: object = {}, token?: TestToken): Promise<Answer> {
  const short = await gateway.graphql(query, variables, token);
  expectSame(await gateway.graphql(query, variables, token, { ...THROUGH_YOGA }), short);
  return short;
}
