// Asks a gateway by MongoDB's own npm client, as its MCP server does, for third-party integrations, and prints what came of each call.
import { ApiClient, ClientCredentialsAuthProvider } from '@mongodb-js/mcp-atlas-api-client';

const { ATLAS_URL: baseUrl, ATLAS_CLIENT_ID: clientId, ATLAS_CLIENT_SECRET: clientSecret, ATLAS_GROUP: groupId } = process.env;
const failures = [];
const note = (line) => failures.push(line.message);
const logger = { error: note, warning: note, info: () => {}, debug: () => {} };
const httpClient = { fetch, Request };
const userAgent = 'changeover-test';
const authProvider = new ClientCredentialsAuthProvider({ baseUrl, clientId, clientSecret, userAgent, httpClient }, logger);
const { client, ...api } = new ApiClient({ options: { baseUrl, userAgent, httpClient }, logger, authProvider });

const path = '/api/atlas/v2/groups/{groupId}/integrations';
const one = `${path}/{integrationType}`;
const of = { params: { path: { groupId, integrationType: 'OPS_GENIE' } } };
const body = { type: 'OPS_GENIE', apiKey: 'abcdef01-2345-6789-abcd-ef0123456789', region: 'EU' };
const told = ({ data, error, response }) => ({ status: response.status, code: error?.errorCode ?? null, total: data?.totalCount ?? null });
const token = await authProvider.getAccessToken();
const steps = {
  create: told(await client.POST(one, { ...of, body })),
  again: told(await client.POST(one, { ...of, body })),
  list: told(await client.GET(path, { params: { path: { groupId } } })),
  change: told(await client.PUT(one, { ...of, body: { ...(await client.GET(one, of)).data, region: 'US' } })),
  remove: told(await client.DELETE(one, { ...of, parseAs: 'stream' })),
  gone: told(await client.GET(one, of)),
  isTokenKept: (await authProvider.getAccessToken()) === token,
};
await authProvider.revoke();
const after = await fetch(`${baseUrl}/api/atlas/v1.0/groups`, { headers: { authorization: `Bearer ${token}` } });
console.log(JSON.stringify({ ...steps, afterRevocation: after.status, failures, members: Object.keys(api).length > 0 }));
