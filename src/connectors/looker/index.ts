import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { isHeaderWord, urlField } from '../kits/fields.ts';
import { tlsOfVerifySsl, verifySsl, warnUnverified } from '../kits/http/verify-ssl.ts';
import { problem, says } from '../kits/problems.ts';

/** The Looker API 4.0: https://cloud.google.com/looker/docs/reference/looker-api/latest */
export default defineHttpConnector({
  kind: 'looker',
  title: 'Looker',
  category: 'bi',
  fields: {
    baseUrl: urlField('Base URL', 'Address of the API, such as https://acme.cloud.looker.com; older instances have it on port 19999.'),
    clientId: setting(text(255), { identity: true, title: 'Client id', description: 'Client id of an API key.' }),
    clientSecret: secret(secretText(), { title: 'Client secret', description: 'Client secret of the API key.' }),
    verifySsl: verifySsl(),
  },
  lead: { allOptional: true, testV1: [{ field: 'testLookerCredentials', explains: false }] },
  speaks: 'the Looker API, version 4.0',
  leastPrivileges: [
    'Give the user of the key a role whose permission set has see_lookml, see_looks and see_user_dashboards, on the models that are read.',
  ],
  tested: { against: 'fake', what: 'a fake of that API', client: 'looker-sdk' },
  baseUrl: ({ baseUrl }) => `${baseUrl.replace(/\/+$/, '').replace(/\/api(\/4\.0)?$/, '')}/api/4.0`,
  tls: tlsOfVerifySsl,
  async signIn({ anonymous, open }, { clientId, clientSecret }) {
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret });
    const { access_token: token } = await anonymous.ask({ path: '/login', method: 'POST', body, about: 'login' }, LOGIN);
    return { session: open({ authorization: `Bearer ${token}` }), signOut: { path: '/logout', method: 'DELETE' } };
  },
  async probe(session, { credentials }) {
    await session.ask('/user', USER);
    return warnUnverified(credentials);
  },
  identity: { path: '/user', answer: z.object({ id: z.string(), email: z.string().nullish(), role_ids: z.array(z.string()).nullish() }) },
  async permissions(session) {
    const models = await session.ask('/lookml_models?limit=1', z.array(z.unknown()));
    return models.length === 0 ? { warnings: [NO_MODELS] } : {};
  },
  // A wrong pair is answered with 404. In HTML it is the word of somebody who is not Looker.
  explain: ({ about, status, text: said }) => (about === 'login' && status === 404 && /^not found/i.test(said) ? REFUSED : null),
  refusals: {
    401: says('CREDENTIALS_REJECTED', 'Looker ended the session of this API key.', 'Check that the key and its user are not disabled.'),
  },
  describes: { validate_connection: 'Logs in with the API key, asks who that is, and logs out.' },
});

const LOGIN = z.object({ access_token: z.string().refine(isHeaderWord), token_type: z.string() });
const USER = z.object({ id: z.string() });

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'Looker refused the API key.',
  'Check clientId and clientSecret, and that the key is not disabled.',
);

const NO_MODELS = problem(
  'PERMISSION_MISSING',
  'no LookML model is visible',
  'The user of this API key sees no model, and keys see what their users see.',
  'Give its user a role with see_lookml, see_looks and see_user_dashboards on the models.',
);
