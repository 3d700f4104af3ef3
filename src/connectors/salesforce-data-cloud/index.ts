import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { CONSUMER, consumerKey, domainField, originOf } from '../families/salesforce/salesforce-fields.ts';
import { loginAsApp, ownInstance, type SalesforceSession } from '../families/salesforce/salesforce-login.ts';
import { explainSalesforce } from '../families/salesforce/salesforce-refusals.ts';
import { transactional } from '../families/transactional.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { isHeaderWord, word } from '../kits/fields.ts';
import type { SignInContext } from '../kits/http/sign-in.ts';
import { says } from '../kits/problems.ts';

const dataspaceName = () => word(/^\w+$/, 'must be the name of a data space', 80);

/** https://developer.salesforce.com/docs/data/data-cloud-dev/guide/dc-get-started.html */
export default defineHttpConnector({
  kind: 'salesforce-data-cloud',
  title: 'Salesforce Data Cloud',
  called: 'Data Cloud',
  category: 'database',
  family: transactional,
  fields: {
    consumerKey: setting(consumerKey, CONSUMER.key),
    consumerSecret: secret(secretText(), CONSUMER.secret),
    domain: domainField(),
    dataspace: setting(dataspaceName().optional(), {
      title: 'Data space',
      description: 'Name of a data space; the default one unless given.',
    }),
    dataspaces: setting(z.array(dataspaceName()).max(20).optional(), {
      title: 'Data spaces',
      description: 'Names of several data spaces.',
    }),
  },
  speaks: "Salesforce's token endpoints and the metadata API of Data Cloud",
  leastPrivileges: [
    'Give the connected app the scopes api, cdp_query_api and cdp_profile_api, and let it run the client credentials flow as a user who may read the data spaces.',
  ],
  tested: { against: 'fake', what: 'a fake of both', client: 'salesforce-cdp-connector' },
  baseUrl: ({ domain }) => originOf(domain) ?? '',
  async signIn(context, { domain, consumerKey: id, consumerSecret: own }) {
    const origin = originOf(domain) ?? '';
    const { session } = await loginAsApp(context, origin, { id, secret: own });
    return {
      session: { ...session, exchange: (dataspace: string | undefined) => exchangeToken(context, origin, { session, dataspace }) },
    };
  },
  async probe(session, { credentials: { dataspace, dataspaces = [] } }) {
    const all = [...new Set(dataspaces.length > 0 ? dataspaces : [dataspace])];
    for (const one of all) await (await session.exchange(one)).ask({ path: '/api/v1/metadata', maxBytes: 8_388_608 }, METADATA);
    return { data: { datasetsValidated: all.flatMap((one) => one ?? []) } };
  },
  async identity(session) {
    const { user_id: userId, organization_id: organizationId } = await session.ask('/services/oauth2/userinfo', USER);
    return { who: { userId, organizationId } };
  },
  refusals: {
    403: says('PERMISSION_MISSING', 'The app may not read Data Cloud.', 'Give it the scopes api, cdp_query_api and cdp_profile_api.'),
    404: says('DATABASE_NOT_FOUND', 'The organisation has no Data Cloud, or no such data space.', 'Check dataspace and dataspaces.'),
  },
  explain: explainSalesforce,
  describes: { validate_connection: 'Signs in as the app, obtains a token for each data space, and reads its metadata.' },
});

const USER = z.object({ user_id: z.string(), organization_id: z.string() });
const METADATA = z.object({ metadata: z.array(z.unknown()) });
const EXCHANGED = z.object({ access_token: z.string().refine(isHeaderWord), instance_url: z.string() });

interface Exchange {
  readonly session: SalesforceSession;
  readonly dataspace: string | undefined;
}

/** A token of Salesforce for one of Data Cloud, which has an instance of its own. */
async function exchangeToken({ open }: SignInContext, origin: string, { session, dataspace }: Exchange) {
  const body = new URLSearchParams({
    grant_type: 'urn:salesforce:grant-type:external:cdp',
    subject_token: session.token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    ...(dataspace === undefined ? {} : { dataspace }),
  });
  const answer = await session.ask({ path: '/services/a360/token', method: 'POST', body }, EXCHANGED);
  return open({ authorization: `Bearer ${answer.access_token}` }, ownInstance(answer.instance_url, origin));
}
