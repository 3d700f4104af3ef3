import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { optionalUrl, word } from '../kits/fields.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { problem, refusal, says } from '../kits/problems.ts';

const PLANES = { US: 'https://anypoint.mulesoft.com', EU: 'https://eu1.anypoint.mulesoft.com', GOV: 'https://gov.anypoint.mulesoft.com' };

interface Place {
  readonly region: keyof typeof PLANES;
  readonly apiUrl?: string | undefined;
}

const planeOf = ({ region, apiUrl }: Place) => new URL(apiUrl ?? PLANES[region]).origin;

/** A connected app of the Anypoint Platform: https://docs.mulesoft.com/access-management/connected-apps-overview */
export default defineHttpConnector({
  kind: 'mulesoft',
  title: 'MuleSoft',
  called: 'Anypoint',
  category: 'etl',
  fields: {
    clientId: setting(text(255), {
      identity: true,
      title: 'Client id',
      description: 'Client id of a connected app that acts on its own behalf.',
    }),
    clientSecret: secret(secretText(), { title: 'Client secret', description: 'Client secret of the connected app.' }),
    region: setting(z.enum(['US', 'EU', 'GOV']).default('US'), {
      endpoint: true,
      names: { leadType: 'MulesoftRegionEnum' },
      title: 'Region',
      description: 'Control plane of the organisation: US unless given, EU or GOV.',
    }),
    orgId: setting(word(/^[A-Za-z0-9-]+$/, 'must be the id of an organisation').optional(), {
      identity: true,
      title: 'Organisation',
      description: "Id of the organisation; the connected app's own unless given.",
    }),
    apiUrl: optionalUrl('API URL', "Address of the control plane, where it is not the region's public one."),
  },
  lead: { tests: [{ field: 'testMulesoftCredentials', takesKey: true }] },
  speaks: "Anypoint's Access Management API",
  leastPrivileges: ['Give the connected app the scopes View Organization and View Environment in the business group.'],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: (details) => `${planeOf(details)}/accounts/api`,
  auth: ({ clientId, clientSecret, ...place }) => ({
    oauthClient: { accessTokenEndpoint: `${planeOf(place)}/accounts/api/v2/oauth2/token`, clientId, clientSecret, inForm: true },
  }),
  async probe(session, { credentials: { orgId } }) {
    const { orgId: own } = await readApp(session);
    // A business group of the app's organisation is one that it may see, and else unknown to it.
    if (orgId !== undefined && orgId !== own) await session.ask(`/organizations/${orgId}/environments`, ENVIRONMENTS);
    return {};
  },
  identity: async (session) => ({ who: await readApp(session) }),
  async permissions(session, { credentials }) {
    const orgId = credentials.orgId ?? (await readApp(session)).orgId;
    const { data } = await session.ask(`/organizations/${orgId}/environments`, ENVIRONMENTS);
    return data.length === 0 ? { warnings: [NO_ENVIRONMENTS] } : {};
  },
  refusals: {
    TOKEN_REFUSED: says(
      'CREDENTIALS_REJECTED',
      'Anypoint refused the client. It says the same of a client of another region.',
      'Check clientId, clientSecret and region.',
    ),
    403: says(
      'PERMISSION_MISSING',
      'The connected app lacks a scope.',
      'Give it View Organization and View Environment in the business group.',
    ),
    404: says(
      'DATABASE_NOT_FOUND',
      'Anypoint has no such organisation, or the app may not see it.',
      'Check orgId and the scopes of the app.',
    ),
  },
  explain: ({ about, status }) => (about === 'token' && status === 422 ? NO_CONNECTED_APP : null),
  describes: { validate_connection: 'Obtains a token for the connected app, and asks whose it is.' },
});

const ENVIRONMENTS = z.object({ data: z.array(z.unknown()) });
/** An app is answered as a client, and as a user where it acts for one. */
const ME = z.object({
  client: z.object({ name: z.string().nullish(), org_id: z.string() }).nullish(),
  user: z.object({ username: z.string().nullish(), organization: z.object({ id: z.string() }) }).nullish(),
});

async function readApp(session: HttpSession) {
  const { client, user } = await session.ask('/me', ME);
  const orgId = client?.org_id ?? user?.organization.id;
  if (orgId !== undefined) return { name: client?.name ?? user?.username ?? null, orgId };
  throw refusal('PROTOCOL_ERROR', 'nobody was named', 'What answered does not say whose token it is.', 'Check region and apiUrl.');
}

const NO_CONNECTED_APP = says(
  'CREDENTIALS_REJECTED',
  'The client is one of an API, and no connected app.',
  'Make a connected app that acts on its own behalf, and give its id and secret.',
);

const NO_ENVIRONMENTS = problem(
  'PERMISSION_MISSING',
  'no environment is visible',
  'The app sees no environment: without the scope Anypoint answers with an empty list.',
  'Give it View Environment in the business group.',
);
