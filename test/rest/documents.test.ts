import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';

/** Whether a document takes a body at an operation. */
function takes(dialect: string, path: string, method: string, body: unknown): boolean {
  const document = JSON.parse(readFileSync(`schema/openapi/${dialect}.json`, 'utf8'));
  const content = Object.values(document.paths[path][method].requestBody.content) as { readonly schema: object }[];
  const ajv = new Ajv2020({ strict: false, logger: false, formats: { ipv4: isIPv4, ipv6: isIPv6 } });
  return content.every(({ schema }) => ajv.validate({ ...schema, components: document.components }, body));
}

const LERIAN = '/v1/management/connections';
const OF_TYPE = '/api/atlas/v2/groups/{groupId}/integrations/{integrationType}';
const LEDGER = { configName: 'ledger', type: 'POSTGRESQL', port: 5432, databaseName: 'd', userName: 'u', password: 'p' };
const MASKED = { type: 'PAGER_DUTY', serviceKey: '****************************9f0c' };

describe('what the code takes is in the documents', () => {
  test.each([
    ['a host of a cloud', 'lerian', LERIAN, 'post', { ...LEDGER, host: 'db.abc.eu-west-1.rds.amazonaws.com' }],
    ['TLS alone, whose certificates stay', 'lerian', `${LERIAN}/{id}`, 'patch', { ssl: { mode: 'verify-full' } }],
    ['the mask of a key', 'atlas', OF_TYPE, 'put', MASKED],
  ])('%s', (_, dialect, path, method, body) => {
    expect(takes(dialect, path, method, body)).toBe(true);
  });

  test.each([
    ['a port that there is not', 'lerian', LERIAN, 'post', { ...LEDGER, host: 'db.example', port: 0 }],
    ['TLS of which nothing is said', 'lerian', `${LERIAN}/{id}`, 'patch', { ssl: {} }],
    ['the mask of a new key', 'atlas', OF_TYPE, 'post', MASKED],
  ])('%s is not', (_, dialect, path, method, body) => {
    expect(takes(dialect, path, method, body)).toBe(false);
  });
});
