import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { ORIGIN, text } from '../../domain/connector/field-types.ts';
import { optionalLoginUrl } from '../kits/azure/entra.ts';
import { headerSecret, secureUrl, word } from '../kits/fields.ts';
import { exactlyOne, onlyWith, together } from '../kits/rules.ts';

export const fields = {
  workspaceUrl: setting(secureUrl(), {
    endpoint: ORIGIN,
    identity: true,
    names: { lead: 'databricksWorkspaceUrl' },
    title: 'Workspace URL',
    description: 'Address of the workspace, such as https://dbc-a1b2345c-d6e7.cloud.databricks.com.',
  }),
  warehouseId: setting(word(/^[A-Za-z0-9_-]+$/, 'must be the id of a SQL warehouse', 64), {
    identity: true,
    names: { lead: 'databricksWarehouseId' },
    title: 'Warehouse id',
    description: 'Id of the SQL warehouse that statements run on.',
  }),
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
  azureTenantId: setting(word(/^[A-Za-z0-9.-]+$/, 'must be the id or domain of a tenant').optional(), {
    endpoint: true,
    title: 'Azure tenant',
    description:
      'Entra tenant of a service principal that Azure manages: the client secret is sent there. Comes with azureWorkspaceResourceId.',
  }),
  azureWorkspaceResourceId: setting(text(512).optional(), {
    title: 'Azure workspace resource',
    description: 'Azure resource id of the workspace: /subscriptions/.../workspaces/...',
  }),
  azureLoginUrl: optionalLoginUrl('Azure login URL'),
};

export type DatabricksDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<DatabricksDetails>[] = [
  exactlyOne('token', 'clientId'),
  together('clientId', 'clientSecret'),
  together('azureTenantId', 'azureWorkspaceResourceId'),
  onlyWith('azureTenantId', 'clientId'),
];
