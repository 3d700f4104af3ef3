import { z } from 'zod';
import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { informatica, loginField } from '../informatica/define-informatica.ts';
import { signInToInformatica } from '../informatica/sign-in.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { word } from '../kits/fields.ts';
import { oauth, oauthRule } from '../kits/http/oauth-field.ts';
import { fetchAccessToken } from '../kits/http/oauth-token.ts';
import { optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { problem } from '../kits/problems.ts';
import { byMode } from '../kits/rules.ts';

const fields = {
  authMode: setting(z.enum(['OAUTH', 'PASSWORD']), {
    names: { leadType: 'InformaticaV2AuthModeEnum' },
    title: 'Login',
    description: 'PASSWORD with username and password, or OAUTH with oauth and orgId.',
  }),
  oauth: oauth(),
  orgId: setting(word(/^[A-Za-z0-9_-]+$/, 'must be the id of an organisation').optional(), {
    identity: true,
    title: 'Organisation',
    description: 'Id of the organisation, which OAUTH has to name.',
  }),
  username: optionalUser('Name of the user.'),
  password: optionalPassword('Password of the user.'),
  ...loginField,
};

type Details = DetailsOf<typeof fields>;

const rules: readonly Rule<Details>[] = [
  oauthRule,
  byMode('authMode', { OAUTH: ['oauth'], PASSWORD: ['username', 'password'] }),
  ({ oauth: client, orgId }) => (client !== undefined && orgId === undefined ? { path: 'orgId', message: 'is required for oauth' } : null),
];

export default defineHttpConnector({
  ...informatica,
  kind: 'informatica-v2',
  title: 'Informatica (OAuth or password)',
  called: 'Informatica',
  fields,
  rules,
  lead: { tests: [{ field: 'testInformaticaV2Credentials' }] },
  baseUrl: ({ baseUrl }) => new URL(baseUrl).origin,
  async signIn(context, { baseUrl, oauth: client, orgId, username, password }) {
    if (client === undefined)
      return await signInToInformatica(context, baseUrl, { path: 'login', body: { '@type': 'login', username, password } });
    // Informatica takes a token once, so each login has one of its own.
    const oauthToken = await fetchAccessToken(client, context.egress);
    return await signInToInformatica(context, baseUrl, { path: 'loginOAuth', body: { oauthToken, orgId } });
  },
  async identity({ who }, { credentials: { orgId } }) {
    const isOther = orgId !== undefined && who.orgId !== null && who.orgId !== orgId;
    return { who, warnings: isOther ? [OTHER_ORGANISATION] : [] };
  },
  describes: { validate_connection: 'Obtains a token where OAuth is used, signs in, and signs out.' },
});

const OTHER_ORGANISATION = problem(
  'ACCESS_DENIED',
  'the login is of another organisation',
  'The user belongs to another organisation than orgId.',
  'Check orgId.',
);
