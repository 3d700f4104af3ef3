import type { GraphiQLProps } from 'graphiql';
import { request } from '../session/request.ts';
import { readSession } from '../session/session.ts';

/**
 * Sends the editor's documents with the session, or with the token that is given under Headers. Answers are shown as they came; a 401
 * ends the session only when it is the session that was refused.
 */
export function createGraphqlFetcher(onSessionEnd: () => void): GraphiQLProps['fetcher'] {
  return async (document, { headers = {} } = {}) => {
    const response = await request('/graphql', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(document),
    });
    if (response.status === 401 && (await readSession()) === null) onSessionEnd();
    return await response.json();
  };
}
