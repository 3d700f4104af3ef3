import type { Answer } from '../../support/gateway/gateway.ts';

/**
 * Asks a gateway over HTTP with a token's secret. Throws whatever is no data: a gateway that is too busy answers 503 with a message and no
 * errors, as the lead API's clients need it, and who only looks for errors takes what was refused for done.
 */
export async function askGateway(url: string, secret: string, query: string, variables: object = {}): Promise<Answer['data']> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, message } = (await response.json()) as Answer & { readonly message?: string };
  if (errors !== undefined || response.status !== 200)
    throw new Error(`${query}: ${response.status} ${errors?.[0]?.message ?? message ?? 'no data'}`);
  return data;
}
