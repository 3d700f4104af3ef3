import { type DetailsOf, defineConnector, ORIGIN, secret, setting, text, validator } from '../../domain/connector/connector.ts';
import { headerSecret } from '../shared/header-secret.ts';
import { secureUrl } from '../shared/secure-url.ts';

const fields = {
  workspaceUrl: setting(secureUrl(), {
    endpoint: ORIGIN,
    identity: true,
    names: { lead: 'databricksWorkspaceUrl' },
    title: 'Workspace URL',
    description: 'Address of the workspace, such as https://dbc-a1b2345c-d6e7.cloud.databricks.com.',
  }),
  warehouseId: setting(
    text(64).refine((value) => /^[A-Za-z0-9_-]+$/.test(value), 'must be the id of a SQL warehouse'),
    {
      identity: true,
      names: { lead: 'databricksWarehouseId' },
      title: 'Warehouse id',
      description: 'Id of the SQL warehouse that statements run on.',
    },
  ),
  token: secret(headerSecret().optional(), {
    names: { lead: 'databricksToken' },
    title: 'Token',
    description: 'A personal access token. Give this, or a client id and secret.',
  }),
  clientId: setting(text(128).optional(), {
    identity: true,
    names: { lead: 'databricksClientId' },
    title: 'Client id',
    description: 'Application id of the service principal.',
  }),
  clientSecret: secret(headerSecret().optional(), {
    names: { lead: 'databricksClientSecret' },
    title: 'Client secret',
    description: 'OAuth secret of the service principal.',
  }),
  workspaceId: setting(text(64).optional(), {
    names: { lead: 'databricksWorkspaceId' },
    title: 'Workspace id',
    description: 'Id of the workspace, which the kind that reads metadata has to name; not needed to log in.',
  }),
  azureTenantId: setting(
    text(128)
      .refine((value) => /^[A-Za-z0-9.-]+$/.test(value), 'must be the id or domain of a tenant')
      .optional(),
    {
      endpoint: true,
      title: 'Azure tenant',
      description:
        'Entra tenant of a service principal that Azure manages: the client secret is sent there. Comes with azureWorkspaceResourceId.',
    },
  ),
  azureWorkspaceResourceId: setting(text(512).optional(), {
    title: 'Azure workspace resource',
    description: 'Azure resource id of the workspace: /subscriptions/.../workspaces/...',
  }),
  azureLoginUrl: setting(secureUrl().optional(), {
    endpoint: ORIGIN,
    title: 'Azure login URL',
    description: 'Where Entra tokens are issued, https://login.microsoftonline.com unless given; sovereign clouds have others.',
  }),
};

export type DatabricksDetails = DetailsOf<typeof fields>;

/**
 * Databricks is two kinds to the lead API, with the same fields: the connection that metadata is read by, which names its workspace, and
 * the one that queries run by, which joins its integration.
 */
export function defineDatabricks({
  needsWorkspaceId,
  ...names
}: {
  readonly kind: string;
  readonly title: string;
  readonly needsWorkspaceId: boolean;
}) {
  return defineConnector({
    ...names,
    category: 'warehouse',
    fields,
    rules: [
      ({ workspaceId }) =>
        needsWorkspaceId && workspaceId === undefined ? { path: 'databricksWorkspaceId', message: 'is required' } : null,
      ({ token, clientId, clientSecret }) =>
        (token === undefined) === (clientId === undefined && clientSecret === undefined)
          ? {
              path: 'databricksToken',
              message: 'give either databricksToken or databricksClientId with databricksClientSecret, and clear the other with null',
            }
          : null,
      ({ clientId, clientSecret }) =>
        (clientId === undefined) === (clientSecret === undefined)
          ? null
          : { path: 'databricksClientId', message: 'databricksClientId and databricksClientSecret come together' },
      ({ azureTenantId, azureWorkspaceResourceId, clientId }) =>
        (azureTenantId === undefined) === (azureWorkspaceResourceId === undefined) &&
        (azureTenantId === undefined || clientId !== undefined)
          ? null
          : { path: 'azureTenantId', message: 'azureTenantId and azureWorkspaceResourceId come together, and with a client id and secret' },
    ],
    validators: [
      validator<DatabricksDetails>('validate_connection', {
        mandatory: true,
        periodic: true,
        description:
          'Obtains a token where OAuth is used, logs in to the workspace and finds the warehouse; says which of these failed. Starts nothing.',
        run: async (input) => (await import('./validate.ts')).validateConnection(input),
      }),
      validator<DatabricksDetails>('validate_identity', {
        after: ['validate_connection'],
        description: 'Asks the workspace who the login is and which groups it is in.',
        run: async (input) => (await import('./validate.ts')).validateIdentity(input),
      }),
      validator<DatabricksDetails>('validate_warehouse', {
        after: ['validate_connection'],
        description: 'Runs SELECT 1 on the warehouse, which starts it if it is stopped.',
        run: async (input) => (await import('./validate.ts')).validateWarehouse(input),
      }),
      validator<DatabricksDetails>('validate_permissions', {
        after: ['validate_connection'],
        description: 'Checks that the login sees catalogs and tables, and may read a sample of them; no row is read.',
        run: async (input) => (await import('./permissions.ts')).validatePermissions(input),
      }),
      validator<DatabricksDetails>('validate_permission_parity', {
        after: ['validate_connection'],
        description:
          'Compares Unity Catalog grants with those of the service principal in use, and gives the GRANT statements that mend what is missing.',
        run: async (input) => (await import('./parity.ts')).validateParity(input),
      }),
    ],
  });
}
