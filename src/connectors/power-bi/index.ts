import { z } from 'zod';
import { entraClient, entraMeaning, signInWithEntra } from '../kits/azure/entra.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { openHttp } from '../kits/http/http-session.ts';
import type { SignInContext } from '../kits/http/sign-in.ts';
import { refusal, says } from '../kits/problems.ts';
import { fields, type PowerBiDetails, rules } from './fields.ts';

const SCOPE = 'https://analysis.windows.net/powerbi/api/.default';

const NOT_PERMITTED = says(
  'PERMISSION_MISSING',
  'Power BI does not let this login use the read-only admin API.',
  'Put the service principal into a group that the tenant setting for read-only admin APIs names, and give its application no permission of Power BI that an administrator consents to; a user has to be a Fabric administrator. Changed settings take a while.',
);

/** The admin API of Power BI: https://learn.microsoft.com/rest/api/power-bi/admin */
export default defineHttpConnector({
  kind: 'power-bi',
  title: 'Power BI',
  category: 'bi',
  fields,
  rules,
  lead: {
    createInput: 'PowerBIConnectionDetails',
    tests: [{ payload: 'TestPowerBICredentialsV2' }],
    testV1: [{ field: 'testPowerBiCredentials', payload: 'TestPowerBICredentials', explains: false }],
  },
  speaks: "Microsoft Entra's token endpoint and the Power BI REST API",
  leastPrivileges: [
    'Put the service principal into a security group, and allow that group the tenant setting for read-only admin APIs; give its application no permission of Power BI that an administrator consents to.',
    'For PRIMARY_USER: give the user the role Fabric Administrator.',
  ],
  tested: { against: 'fake', what: 'a fake of both, whose workspaces simplepbi lists as well', client: 'msal' },
  baseUrl: ({ apiUrl }) => `${new URL(apiUrl).origin}/v1.0/myorg`,
  async signIn(context, details) {
    if (details.authMode === 'SERVICE_PRINCIPAL')
      return await signInWithEntra(context, entraClient(details, SCOPE, { clientSecret: details.clientSecret }));
    await requireManaged(context, details);
    const { username, password } = details;
    const scope = `${SCOPE} offline_access openid profile`;
    return await signInWithEntra(context, entraClient(details, scope, { grantType: 'password', username, password }));
  },
  // The admin API takes some 200 calls in an hour, so one is all that is asked.
  probe: { path: '/admin/groups?$top=1', answer: z.object({ value: z.array(z.unknown()) }) },
  identity: async ({ claims }) => ({ who: claims }),
  refusals: { 401: NOT_PERMITTED, 403: NOT_PERMITTED },
  explain: entraMeaning,
  describes: { validate_connection: 'Obtains a token of Entra, and lists one workspace by the admin API.' },
});

/** Entra passes a password on to nobody: a user whom another directory signs in can't be signed in by one. */
async function requireManaged({ egress }: SignInContext, { loginUrl, username = '' }: PowerBiDetails): Promise<void> {
  const { account_type: type } = await openHttp(egress, new URL(loginUrl).origin).ask(
    { path: `/common/userrealm/${encodeURIComponent(username)}?api-version=1.0`, about: 'token' },
    z.object({ account_type: z.string().nullish() }),
  );
  if (type === 'Federated')
    throw refusal(
      'ACCESS_DENIED',
      'the user is of a federated domain',
      'Another directory signs this user in, and no password can be given for that.',
      'Use a service principal, or a user of the tenant itself.',
    );
}
