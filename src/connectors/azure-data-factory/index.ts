import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { entraClient, entraFields, entraMeaning, signInWithEntra } from '../kits/azure/entra.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { defaultUrl, word } from '../kits/fields.ts';
import { says } from '../kits/problems.ts';

const MANAGEMENT = 'https://management.azure.com';
const VERSION = 'api-version=2018-06-01';

const ABSENT = says('DATABASE_NOT_FOUND', 'Azure has no such factory.', 'Check subscriptionId, resourceGroupName and factoryName.');

/** https://learn.microsoft.com/rest/api/datafactory/factories/get */
export default defineHttpConnector({
  kind: 'azure-data-factory',
  title: 'Azure Data Factory',
  called: 'Azure',
  category: 'etl',
  fields: {
    tenantId: entraFields.tenantId,
    clientId: entraFields.clientId,
    clientSecret: secret(secretText(), { title: 'Client secret', description: 'Secret of the application.' }),
    subscriptionId: setting(word(/^[A-Za-z0-9-]+$/, 'must be the id of a subscription', 64), {
      identity: true,
      title: 'Subscription',
      description: 'Id of the Azure subscription.',
    }),
    resourceGroupName: setting(word(/^[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u, 'must be the name of a resource group', 90), {
      identity: true,
      title: 'Resource group',
      description: 'Name of the resource group.',
    }),
    factoryName: setting(word(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'must be the name of a factory', 63), {
      identity: true,
      title: 'Factory',
      description: 'Name of the data factory.',
    }),
    loginUrl: entraFields.loginUrl,
    managementUrl: defaultUrl(
      MANAGEMENT,
      'Management URL',
      'Address of Azure Resource Manager, https://management.azure.com unless given; sovereign clouds have others.',
    ),
  },
  lead: { tests: [{ field: 'testAzureDataFactoryCredentials', takesKey: true }] },
  speaks: "Microsoft Entra's token endpoint and Azure Resource Manager",
  leastPrivileges: [
    'az role assignment create --role Reader --assignee <client id> --scope /subscriptions/<subscription>/resourceGroups/<resource group>/providers/Microsoft.DataFactory/factories/<factory>',
  ],
  tested: { against: 'fake', what: 'a fake of both', client: 'azure-mgmt-datafactory' },
  baseUrl: ({ managementUrl, subscriptionId, resourceGroupName }) =>
    `${new URL(managementUrl).origin}/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroupName)}/providers/Microsoft.DataFactory/factories`,
  signIn: (context, details) =>
    signInWithEntra(context, entraClient(details, `${MANAGEMENT}/.default`, { clientSecret: details.clientSecret })),
  async probe(session, { credentials: { factoryName } }) {
    const { name, properties } = await session.ask(`/${factoryName}?${VERSION}`, FACTORY);
    return { data: { returnedData: { factory: name, provisioningState: properties.provisioningState ?? null } } };
  },
  identity: async ({ claims }) => ({ who: claims }),
  async permissions(session, { credentials: { factoryName } }) {
    await session.ask(`/${factoryName}/pipelines?${VERSION}`, LIST);
    const body = { lastUpdatedAfter: new Date(Date.now() - 60_000).toISOString(), lastUpdatedBefore: new Date().toISOString() };
    await session.ask({ path: `/${factoryName}/queryPipelineRuns?${VERSION}`, method: 'POST', body }, LIST);
    return {};
  },
  refusals: {
    AuthorizationFailed: says(
      'PERMISSION_MISSING',
      'Azure does not let the application see the factory. It says the same of one that does not exist.',
      'Give the application the role Reader on the factory, and check subscriptionId, resourceGroupName and factoryName.',
    ),
    InvalidAuthenticationTokenTenant: says(
      'DATABASE_NOT_FOUND',
      'The subscription is of another tenant.',
      'Check tenantId and subscriptionId.',
    ),
    SubscriptionNotFound: ABSENT,
    ResourceGroupNotFound: ABSENT,
    ResourceNotFound: ABSENT,
  },
  explain: entraMeaning,
  describes: { validate_connection: 'Obtains a token of Entra, and reads the factory.' },
});

const FACTORY = z.object({ name: z.string(), properties: z.object({ provisioningState: z.string().nullish() }) });
const LIST = z.object({ value: z.array(z.unknown()) });
