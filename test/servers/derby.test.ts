import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { type DrdaClient, openDrda } from '../../src/connectors/db2/drda-client.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';
import { startDerby } from '../support/servers/derby.ts';

const login = { database: 'target', user: 'loader', password: 'of-^the[loader]!ü' };
const secure = await startDerby({ ...login, tls: true });
const plain = await startDerby({ ...login, tls: false });
const pool = createTestPool();
afterAll(async () => {
  await pool.close();
  await secure.close();
  await plain.close();
});

const details = { ...login, host: 'localhost', port: secure.port, ssl: { caData: TEST_AUTHORITY } };

describe('db2, with Apache Derby', () => {
  const codes = async (changed: Details) => {
    const { errors, warnings } = await runValidator(pool, 'db2', 'validate_connection', { ...details, ...changed });
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('logs in with TLS, and without where that is said', async () => {
    expect({
      verified: await codes({}),
      disabled: await codes({ port: plain.port, ssl: { disabled: true } }),
    }).toEqual({ verified: [], disabled: ['NOT_PROTECTED'] });
  });

  test('each way in which a login fails has a code', async () => {
    expect({
      password: await codes({ password: 'of nobody' }),
      user: await codes({ user: 'nobody' }),
      database: await codes({ database: 'none' }),
      distrust: await codes({ ssl: {} }),
      withoutTls: await codes({ port: secure.port, ssl: { disabled: true } }),
    }).toEqual({
      password: ['CREDENTIALS_REJECTED'],
      user: ['CREDENTIALS_REJECTED'],
      database: ['DATABASE_NOT_FOUND'],
      distrust: ['TLS_UNTRUSTED'],
      withoutTls: ['PROTOCOL_ERROR'],
    });
  });

  test('texts are read as they are, block by block, and a wrong statement does not end the session', async () => {
    const socket = connect(plain.port, '127.0.0.1');
    const client = await openDrda(socket, login);
    const columns = 'SYS.SYSCOLUMNS a, SYS.SYSCOLUMNS b';
    const many = await client.select(`SELECT CAST(a.COLUMNNAME || '/' || b.COLUMNNAME AS VARCHAR(300)) FROM ${columns}`);
    const answers = {
      release: client.release.startsWith('CSS10150'),
      text: await client.select(`VALUES CAST('ü€' AS VARCHAR(10)), CAST(NULL AS VARCHAR(10)), CAST('' AS VARCHAR(10))`),
      none: await client.select('SELECT CAST(TABLENAME AS VARCHAR(128)) FROM SYS.SYSTABLES WHERE 1 = 0'),
      refused: await refusal(client, 'SELECT CAST(X AS VARCHAR(10)) FROM NOWHERE'),
      again: await client.select('VALUES CAST(CURRENT_USER AS VARCHAR(128))'),
      many: { rows: many.length, whole: many.every((row) => /^[A-Z]+\/[A-Z]+$/.test(row ?? '')), different: new Set(many).size > 1000 },
    };
    socket.destroy();
    expect(answers).toEqual({
      release: true,
      text: ['ü€', null, ''],
      none: [],
      refused: '-20001',
      again: ['LOADER'],
      many: { rows: 5000, whole: true, different: true },
    });
  });
});

async function refusal(client: DrdaClient, statement: string): Promise<string> {
  return await client.select(statement).then(
    () => 'answered',
    (error: Error) => error.message,
  );
}
