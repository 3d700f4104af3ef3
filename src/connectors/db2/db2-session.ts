import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { openServerSocket } from '../kits/sql/server-socket.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { httpsProtection, httpsTls } from '../kits/sql/tls.ts';
import { openDrda } from './drda-client.ts';
import type { Db2Details } from './fields.ts';

export interface Db2Session extends SqlSession {
  readonly release: string;
}

/** The login is the password itself, so it goes out inside TLS alone, unless it is said that there is none. */
export async function openDb2({ credentials, egress, signal }: ValidatorInput<Db2Details>): Promise<Db2Session> {
  const { ssl } = credentials;
  const socket = await openServerSocket(egress, credentials, ssl?.disabled === true ? null : httpsTls(ssl));
  const destroy = () => socket.destroy();
  socket.on('error', () => {});
  signal.addEventListener('abort', destroy, { once: true });
  try {
    const { release, select } = await openDrda(socket, credentials);
    return {
      release,
      protection: httpsProtection(ssl),
      query: async (statement): Promise<readonly SqlRow[]> => (await select(statement)).map((value) => ({ value })),
      close: destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  }
}
