import { z } from 'zod';
import { entraClient } from '../kits/azure/entra.ts';
import { defineHttpConnector, type HttpConnectorDefinition } from '../kits/define-http-connector.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { answered } from '../kits/usual-validators.ts';
import { type DatabricksDetails, fields, rules } from './fields.ts';
import { checkPermissions, findLosses } from './grants.ts';
import { askIdentity } from './principal.ts';
import { statementsOn } from './statements.ts';

/**
 * Databricks is two kinds to the lead API, with the same fields: the connection that metadata is read by, which names its workspace, and
 * the one that queries run by, which joins its integration.
 */
export function defineDatabricks(own: Pick<HttpConnectorDefinition<typeof fields>, 'kind' | 'title' | 'rules' | 'lead'>) {
  return defineHttpConnector({
    ...own,
    lead: { createInput: 'DatabricksSqlWarehouseInput', besideReference: ['databricksWarehouseId'], ...own.lead },
    called: 'Databricks',
    category: 'warehouse',
    fields,
    rules: [...(own.rules ?? []), ...rules],
    speaks: "the workspace's REST API",
    leastPrivileges: [
      'Give it CAN USE on the SQL warehouse, and the entitlements Workspace access and Databricks SQL access.',
      'GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG <catalog> TO `<user or application id>`;',
    ],
    tested: { against: 'fake', what: 'a fake of that API, which runs the grants that it is given', client: 'databricks-sdk' },
    baseUrl: ({ workspaceUrl }) => new URL(workspaceUrl).origin,
    auth: (details) => (details.token === undefined ? { oauthClient: oauthOf(details) } : { bearer: details.token }),
    async probe(session, { credentials: { warehouseId } }) {
      await askIdentity(session);
      const answer = z.object({ id: z.literal(warehouseId), state: z.string().nullish() });
      const { state } = await session.ask(`/api/2.0/sql/warehouses/${warehouseId}`, answer);
      return { data: { returnedData: { warehouseState: state ?? null } } };
    },
    async identity(session) {
      const who = await askIdentity(session);
      return { who, administrator: who.groups.includes('admins') ? 'take it out of the group admins.' : null };
    },
    checks: {
      validate_warehouse: {
        description: 'Runs SELECT 1 on the warehouse, which starts it if it is stopped.',
        run: (session, { credentials }) => answered('SELECT 1 AS one', statementsOn(session, credentials.warehouseId)),
      },
    },
    permissions: (session, { credentials }) => checkPermissions(session, statementsOn(session, credentials.warehouseId)),
    parity: {
      login: ({ clientId }) => clientId,
      on: ['workspaceUrl'],
      unnamed: 'The login in use is a token, which does not say whose it is',
      losses: (session, { name }, { credentials }) => findLosses(session, statementsOn(session, credentials.warehouseId), name),
    },
    refusals: REFUSALS,
    // Address lists answer with the same status as a bad token, so the text decides.
    explain: ({ text }) => (/IP ACL|IP access list/i.test(text) ? KEPT_OUT : null),
    describes: {
      validate_connection: 'Obtains a token where OAuth is used, logs in to the workspace and finds the warehouse. Starts nothing.',
    },
  });
}

const KEPT_OUT = says(
  'ACCESS_DENIED',
  "The workspace's IP access list keeps this gateway out.",
  "Add the gateway's address to the IP access list of the workspace.",
);

const REFUSALS: Meanings<DatabricksDetails> = {
  PERMISSION_DENIED: ({ warehouseId }) =>
    says(
      'PERMISSION_MISSING',
      'The login works, but it may not use the SQL warehouse.',
      `Give it CAN USE on warehouse ${warehouseId} (SQL Warehouses, the warehouse, Permissions), and the entitlements Workspace access and Databricks SQL access.`,
    ),
  RESOURCE_DOES_NOT_EXIST: says(
    'DATABASE_NOT_FOUND',
    'The login works, but the workspace has no SQL warehouse of that id.',
    "Check databricksWarehouseId: it is the last part of the warehouse's HTTP path.",
  ),
  ...anyOf(['TOKEN_REFUSED', 401, 403], rejected),
};

const OF_PRINCIPAL = [
  'the client id and secret',
  "Check both; make a new secret on the service principal's Secrets tab, and check that the principal is assigned to this workspace.",
] as const;
const OF_TOKEN = ['the token', 'Make a new token; it may have expired or been revoked, or belong to another workspace.'] as const;

function rejected({ token }: DatabricksDetails) {
  const [what, resolution] = token === undefined ? OF_PRINCIPAL : OF_TOKEN;
  return says('CREDENTIALS_REJECTED', `Databricks refused ${what}.`, resolution);
}

/** Azure Databricks, as Entra knows it in every tenant. */
const AZURE_SCOPE = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default';

/** A client of the workspace itself, or of Entra for a service principal that Azure manages. */
function oauthOf({ workspaceUrl, clientId = '', clientSecret = '', azureTenantId: tenantId, azureLoginUrl: loginUrl }: DatabricksDetails) {
  return tenantId === undefined
    ? { clientId, clientSecret, accessTokenEndpoint: new URL('/oidc/v1/token', workspaceUrl).href, scope: 'all-apis' }
    : entraClient({ tenantId, clientId, loginUrl }, AZURE_SCOPE, { clientSecret });
}
