import { afterAll, expect, test } from 'vitest';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue } from '../support/connectors/validate.ts';
import { startFakeDatabricks, WAREHOUSE } from '../support/fakes/fake-databricks.ts';

const fake = await startFakeDatabricks([{ name: 'ada@example.com', token: 'dapi-a-token-of-the-test' }], [['main', 'sales', 'orders']]);
fake.run('GRANT SELECT ON CATALOG `main` TO `ada@example.com`;');
afterAll(() => fake.close());

const details = { workspaceUrl: fake.url, warehouseId: WAREHOUSE, workspaceId: '1234567890', token: 'dapi-a-token-of-the-test' };

describeConnector('databricks-metastore-sql-warehouse', {
  good: () => details,
  at: (host, port) => ({ ...details, workspaceUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, token: canary }),
});

test('the metastore names its workspace', () => {
  const connector = catalogue.find('databricks-metastore-sql-warehouse');
  if (connector === null) throw new Error('not registered');
  const { workspaceId: _, ...without } = details;
  expect(() => parseDetails(connector, without)).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', details: expect.objectContaining({ path: 'databricksWorkspaceId' }) }),
  );
});
