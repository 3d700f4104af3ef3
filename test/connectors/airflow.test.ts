import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeAirflow } from '../support/fakes/fake-airflow.ts';

const users = [
  { name: 'ada', password: 'a-password-of-the-test' },
  { name: 'bob', password: 'another', mayRead: false },
];
const two = await startFakeAirflow({ version: '2.10.5', users, scheduler: 'unhealthy' });
const early = await startFakeAirflow({ version: '3.0.6', users });
const three = await startFakeAirflow({ version: '3.3.2', users });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [two, early, three]) server.close();
  await pool.close();
});

const details = { hostName: three.url, username: 'ada', password: 'a-password-of-the-test' };

describeConnector('airflow', {
  good: () => details,
  at: (host, port) => ({ ...details, hostName: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('airflow', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'airflow', validator, given);
  const codes = async (validator: string, given: Details) => {
    const { errors, warnings } = await run(validator, given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('an Airflow of either version is found by its address alone, and says which it is', async () => {
    const versions = [];
    for (const { url } of [two, early, three]) versions.push((await run('validate_connection', { hostName: url })).data?.returnedData);
    expect(versions).toEqual([{ version: '2.10.5' }, { version: '3.0.6' }, { version: '3.3.2' }]);
  });

  test('version 2 takes the password with each request', async () => {
    const older = { ...details, hostName: two.url };
    expect({
      right: await codes('validate_connection', older),
      wrong: await codes('validate_connection', { ...older, password: 'wrong' }),
    }).toEqual({ right: [], wrong: ['CREDENTIALS_REJECTED'] });
  });

  test('a user without rights has signed in, and lacks a permission', async () => {
    const outcomes = [];
    for (const { url } of [two, three]) {
      const bob = { hostName: url, username: 'bob', password: 'another' };
      outcomes.push([await codes('validate_connection', bob), await codes('validate_permissions', bob)]);
    }
    expect(outcomes).toEqual([
      [[], ['PERMISSION_MISSING']],
      [[], ['PERMISSION_MISSING']],
    ]);
  });

  test('says who signed in, as far as the version tells, and warns of a scheduler that does not work', async () => {
    expect({
      three: (await run('validate_identity', details)).data?.returnedData,
      early: (await run('validate_identity', { ...details, hostName: early.url })).data?.returnedData,
      unhealthy: await codes('validate_health', { hostName: two.url }),
      healthy: await codes('validate_health', details),
    }).toEqual({ three: { id: '7', username: 'ada' }, early: { username: 'ada' }, unhealthy: ['PROVIDER_DOWN'], healthy: [] });
  });
});
