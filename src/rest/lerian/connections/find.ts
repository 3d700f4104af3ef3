import { notFound } from '../../../domain/errors/errors.ts';
import { describeToHolder } from '../../../operations/connections/describe-connection.ts';
import { etagOf } from '../../kit/http/etag.ts';
import type { Call, RouteAnswer } from '../../kit/route.ts';
import { fault } from '../faults.ts';
import { inWords, type LerianConnection, wireConnection } from './wire-connection.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Step 2: any UUID is an id, whoever made it. */
export function readId({ id = '' }: Call['params']): string {
  if (!UUID.test(id)) throw fault('FET-0404', 'The id in the path is not a UUID.', { id: 'must be a UUID' });
  return id.toLowerCase();
}

/** Step 6. One of a kind that the vendor does not have is not there for its clients. */
export async function findConnection({ services, actor }: Pick<Call, 'services' | 'actor'>, id: string): Promise<LerianConnection> {
  const found = inWords(await describeToHolder(services, actor, id));
  if (found === null) throw notFound('connection');
  return found;
}

/** The whole connection, with its version as the entity tag. */
export function answerWith(connection: LerianConnection, answer: Omit<RouteAnswer, 'body'> = {}): RouteAnswer {
  const etag = etagOf(connection.described.current.version);
  return { ...answer, headers: { etag, ...answer.headers }, body: wireConnection(connection) };
}
