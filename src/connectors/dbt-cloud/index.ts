import { z } from 'zod';
import { leadPrefixed, secret, setting } from '../../domain/connector/field.ts';
import { ORIGIN, secretText } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret, secureUrl, word } from '../kits/fields.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { refusal, says } from '../kits/problems.ts';

const ACCOUNTS = z.object({ data: z.array(z.object({ id: z.union([z.number(), z.string()]), name: z.string() })) });
const LIST = z.object({ data: z.array(z.unknown()) });

/** The Administrative API of dbt Cloud: https://docs.getdbt.com/dbt-cloud/api-v3 */
export default defineHttpConnector({
  kind: 'dbt-cloud',
  aliases: ['dbt-cloud-webhook'],
  title: 'dbt Cloud',
  category: 'dbt',
  fields: leadPrefixed('dbtCloud', {
    apiToken: secret(headerSecret(), {
      title: 'API token',
      description: 'A service token or personal access token; the permission set Read-Only is enough.',
    }),
    accountId: setting(word(/^\d{1,20}$/, 'must be the number of an account'), {
      identity: true,
      title: 'Account id',
      description: 'Number of the account, as in its URLs.',
    }),
    baseUrl: setting(secureUrl().default('https://cloud.getdbt.com'), {
      endpoint: ORIGIN,
      identity: true,
      title: 'Base URL',
      description: 'Access URL of the account, such as https://ab123.us1.dbt.com; https://cloud.getdbt.com unless given.',
    }),
    webhookHmacSecret: secret(secretText().optional(), {
      title: 'Webhook secret',
      description: 'Secret that dbt Cloud signs the events of the webhook with. No call can check it.',
    }),
    webhookId: setting(word(/^[A-Za-z0-9_]+$/, 'must be the id of a webhook subscription').optional(), {
      title: 'Webhook id',
      description: 'Id of the webhook subscription, which begins with wsu_.',
    }),
  }),
  lead: {
    updateField: 'updateDbtCloudCredentialsV2Mutation',
    testV1: [{ field: 'testDbtCloudCredentials', explains: false, connectionType: 'dbt-cloud-webhook' }],
  },
  speaks: 'the Administrative API, versions 2 and 3',
  leastPrivileges: ['Give the service token the permission set Read-Only on all projects.'],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ baseUrl }) => new URL(baseUrl).origin,
  auth: ({ apiToken }) => ({ bearer: apiToken }),
  probe: (session, { credentials: { accountId } }) => findAccount(session, accountId).then(() => ({})),
  identity: async (session, { credentials: { accountId } }) => ({ who: { account: await findAccount(session, accountId) } }),
  checks: {
    validate_webhook: {
      description: 'Finds the webhook subscription, where one is given. Sends no event.',
      async run(session, { credentials: { accountId, webhookId } }) {
        // The subscription's own test endpoint is asked with GET, and sends an event to everybody who listens: never called.
        if (webhookId !== undefined)
          await session.ask(`/api/v3/accounts/${accountId}/webhooks/subscription/${webhookId}`, z.object({ data: z.object({}) }));
        return {};
      },
    },
  },
  async permissions(session, { credentials: { accountId } }) {
    for (const what of ['jobs', 'runs']) await session.ask(`/api/v2/accounts/${accountId}/${what}/?limit=1`, LIST);
    return {};
  },
  refusals: {
    401: says(
      'CREDENTIALS_REJECTED',
      'dbt Cloud refused the token. It says the same of a good token that belongs to another host.',
      'Check dbtCloudApiToken, and that dbtCloudBaseUrl is the access URL that the settings of the account show.',
    ),
    403: says(
      'ACCESS_DENIED',
      'dbt Cloud does not let the token do this, or keeps the address of this gateway out.',
      "Give the token the permission set Read-Only, and check the account's IP rules.",
    ),
    404: says(
      'PERMISSION_MISSING',
      'There is no such thing, or the token may not see it: dbt Cloud says the same of both.',
      'Give the token the permission set Read-Only on all projects, and check dbtCloudWebhookId where it is given.',
    ),
  },
  explain: ({ status, text }) =>
    status === 401 && /unpaid accounts/i.test(text)
      ? says('ACCESS_DENIED', 'The plan of this account has no API.', 'Take a plan with API access.')
      : null,
  describes: { validate_connection: 'Lists the accounts of the token and finds this one among them.' },
});

async function findAccount(session: HttpSession, accountId: string) {
  const { data } = await session.ask('/api/v3/accounts/', ACCOUNTS);
  const account = data.find(({ id }) => String(id) === accountId);
  if (account !== undefined) return { id: accountId, name: account.name };
  throw refusal(
    'DATABASE_NOT_FOUND',
    'the account is not among those of the token',
    'The token is good, and not of this account.',
    'Check dbtCloudAccountId, or make a token in that account.',
  );
}
