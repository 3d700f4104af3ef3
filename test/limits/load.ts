import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver } from '../support/gateway/gateway.ts';
import type { GatewayProcess } from '../support/gateway/gateway-process.ts';

interface Token {
  readonly id: string;
  readonly secret: string;
}

/** Clients of a running gateway that measure. */
export function createLoad({ url, owner }: Pick<GatewayProcess, 'url' | 'owner'>) {
  async function send(token: Token, query: string, variables: object = {}) {
    const started = performance.now();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.secret}` },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    return { status: response.status, ms: performance.now() - started, retryAfter: response.headers.get('retry-after'), text };
  }

  /** As clients do whom a busy gateway refuses: when it says to, they ask again. */
  async function askPatiently(token: Token, query: string, variables: object = {}) {
    for (;;) {
      const answer = await send(token, query, variables);
      if (answer.status !== 503 && answer.status !== 429) return answer;
      await delay(1000 * Number(answer.retryAfter ?? 1));
    }
  }

  async function data(token: Token, query: string, variables: object = {}) {
    const { text } = await askPatiently(token, query, variables);
    // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's.
    return (JSON.parse(text) as { data: any }).data;
  }

  async function token(role: string): Promise<Token> {
    const { createToken } = await data(owner, 'mutation ($r: [Role!]!) { createToken(name: "load", roles: $r) { secret token { id } } }', {
      r: [role],
    });
    return { id: createToken.token.id, secret: createToken.secret };
  }

  return {
    token,
    ask: send,
    askPatiently,
    /** A job with a lease on a connection of its own. */
    async leasedJob(): Promise<{ readonly token: Token; readonly leaseKey: string }> {
      const receiver = await startReceiver();
      const { stageConnection } = await data(
        owner,
        'mutation ($d: JSONString!) { stageConnection(connectionType: "webhook", details: $d) { key } }',
        {
          d: JSON.stringify({ url: receiver.url, signingSecret: 'a secret of at least 24 characters' }),
        },
      );
      const { addConnection } = await data(
        owner,
        'mutation ($k: String!) { addConnection(connectionType: "webhook", key: $k, name: "load") { connection { uuid } } }',
        { k: stageConnection.key },
      );
      receiver.close();
      const job = await token('job');
      const { acquireLease } = await data(job, 'mutation ($c: UUID!) { acquireLease(connectionId: $c, job: "load") { key } }', {
        c: addConnection.connection.uuid,
      });
      return { token: job, leaseKey: acquireLease.key };
    },
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
