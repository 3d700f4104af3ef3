import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, leadPrefixed, secret, setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';
import { optionalLoginUrl, tenantName } from '../kits/azure/entra.ts';
import { headerSecret, urlField, word } from '../kits/fields.ts';
import { optionalName, optionalToken } from '../kits/login-fields.ts';
import { exactlyOne, onlyWith, together } from '../kits/rules.ts';

export const fields = {
  ...leadPrefixed('databricks', {
    workspaceUrl: urlField('Workspace URL', 'Address of the workspace, such as https://dbc-a1b2345c-d6e7.cloud.databricks.com.'),
    warehouseId: setting(word(/^[A-Za-z0-9_-]+$/, 'must be the id of a SQL warehouse', 64), {
      identity: true,
      title: 'Warehouse id',
      description: 'Id of the SQL warehouse that statements run on.',
    }),
    token: optionalToken('A personal access token. Give this, or a client id and secret.'),
    clientId: optionalName('Client id', 'Application id of the service principal.', 128),
    clientSecret: secret(headerSecret().optional(), { title: 'Client secret', description: 'OAuth secret of the service principal.' }),
    workspaceId: setting(text(64).optional(), {
      title: 'Workspace id',
      description: 'Id of the workspace, which the kind that reads metadata has to name; not needed to log in.',
    }),
  }),
  azureTenantId: setting(tenantName().optional(), {
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
