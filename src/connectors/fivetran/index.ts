import { z } from 'zod';
import { leadPrefixed, secret } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { defaultUrl, headerSecret } from '../kits/fields.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { nullOn } from '../kits/http/null-on.ts';
import { says } from '../kits/problems.ts';

const ACCEPT = { accept: 'application/json;version=2' };
const ACCOUNT = z.object({
  code: z.literal('Success'),
  data: z.object({
    account_id: z.string(),
    account_name: z.string().nullish(),
    user_id: z.string().nullish(),
    system_key_id: z.string().nullish(),
  }),
});
const LIST = z.object({ code: z.literal('Success'), data: z.object({ items: z.array(z.unknown()) }) });

/** Fivetran's REST API: https://fivetran.com/docs/rest-api */
export default defineHttpConnector({
  kind: 'fivetran',
  title: 'Fivetran',
  category: 'etl',
  fields: leadPrefixed('fivetran', {
    apiKey: secret(
      headerSecret().refine((value) => !value.includes(':'), 'may not hold a colon'),
      {
        title: 'API key',
        description: 'Key of a user, or a system key; its secret is fivetranApiPassword.',
      },
    ),
    apiPassword: secret(secretText(), { title: 'API secret', description: 'Secret of the API key.' }),
    baseUrl: defaultUrl('https://api.fivetran.com', 'Base URL', 'Address of the API, https://api.fivetran.com unless given.'),
  }),
  lead: { testV1: [{ field: 'testFivetranCredentials', explains: false }] },
  speaks: "Fivetran's REST API",
  leastPrivileges: ['Give the key, or its user, READ on CONNECTOR and on DESTINATION.'],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ baseUrl }) => new URL(baseUrl).origin,
  auth: ({ apiKey, apiPassword }) => ({ basic: { user: apiKey, password: apiPassword } }),
  probe: (session) => readAccount(session).then(() => ({})),
  async identity(session) {
    const { account_id: id, account_name: name, user_id: user, system_key_id: systemKey } = await readAccount(session);
    return { who: { account: { id, name: name ?? null }, user: user ?? null, systemKey: systemKey ?? null } };
  },
  async permissions(session) {
    for (const what of ['groups', 'connections']) await session.ask({ path: `/v1/${what}?limit=1`, headers: ACCEPT }, LIST);
    return {};
  },
  refusals: {
    403: says(
      'PERMISSION_MISSING',
      'The key may not do this.',
      'Give it READ on CONNECTOR and on DESTINATION, or its user the role for it.',
    ),
  },
  describes: { validate_connection: 'Signs in with the key and asks for its account.' },
});

/** Accounts that answered at the older path only are asked there. */
async function readAccount(session: HttpSession) {
  const ask = async (path: string) => (await session.ask({ path, headers: ACCEPT }, ACCOUNT)).data;
  return (await nullOn([404], ask('/v1/account'))) ?? (await ask('/v1/account/info'));
}
