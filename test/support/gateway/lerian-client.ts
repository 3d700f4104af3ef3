import type { TestGateway, TestToken } from './gateway.ts';
import { type RestAnswer, rest } from './rest-client.ts';

export const C = '/v1/management/connections';

export const PASSWORD = 'CNRYlerian-password-1';
export const PEM = '-----BEGIN CERTIFICATE-----\nQ05SWWxlcmlhbi1jYQ==\n-----END CERTIFICATE-----';

export const LEDGER = {
  configName: 'ledger-db',
  type: 'POSTGRESQL',
  host: '127.0.0.1',
  port: 1,
  databaseName: 'ledger',
  userName: 'reader',
  password: PASSWORD,
};

/** A client that sends what the vendor's Go client sends with every request. */
export function lerianClient(gateway: TestGateway, token: TestToken | null = gateway.owner) {
  const headers = { 'content-type': 'application/json', 'x-organization-id': '0195c0de-0000-7000-8000-000000000000' };
  const send = (request: Parameters<typeof rest>[1], body?: unknown, more: Readonly<Record<string, string>> = {}) =>
    rest(gateway, request, { token, body, headers: { ...headers, ...more } });
  return {
    send,
    create: (changed: object = {}, product = 'billing') => send(`POST ${C}`, { ...LEDGER, ...changed }, { 'x-product-name': product }),
    get: (id: string) => send(`GET ${C}/${id}`),
    patch: (id: string, body: unknown, more?: Readonly<Record<string, string>>) => send(`PATCH ${C}/${id}`, body, more),
    remove: (id: string) => send(`DELETE ${C}/${id}`),
  };
}

/** What a client can tell failures apart by. */
export function told({ status, body }: RestAnswer) {
  return {
    status,
    ...(body === undefined ? {} : { code: body.code }),
    ...(body?.fields === undefined ? {} : { fields: Object.keys(body.fields) }),
  };
}
