import { z } from 'zod';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { tlsOfVerifySsl, warnUnverified } from '../kits/http/verify-ssl.ts';
import { problem } from '../kits/problems.ts';
import { fields, rules } from './fields.ts';
import { explainTableau } from './refusals.ts';
import { signInToTableau, type TableauSession } from './sign-in.ts';

export default defineHttpConnector({
  kind: 'tableau',
  title: 'Tableau',
  category: 'bi',
  fields,
  rules,
  lead: { testV1: [{ field: 'testTableauCredentials', payload: 'TestTableauCredentialsMutation', explains: true }] },
  speaks: 'the Tableau REST API, in the version that the server has',
  leastPrivileges: [
    'Give the user the site role Viewer at least, and View on the projects that are read; a connected app needs the scope tableau:content:read.',
  ],
  tested: { against: 'fake', what: 'a fake of that API', client: 'tableauserverclient' },
  baseUrl: ({ serverName }) => new URL(serverName).origin,
  tls: tlsOfVerifySsl,
  signIn: signInToTableau,
  async probe(session, { credentials, current }) {
    await readUser(session);
    const { warnings = [] } = warnUnverified(credentials);
    const isInUse = credentials.tokenName !== undefined && credentials.tokenName === current?.tokenName;
    return { warnings: isInUse ? [...warnings, TOKEN_IN_USE] : warnings };
  },
  async identity(session) {
    const { name, siteRole } = await readUser(session);
    const administrator = /Administrator/.test(siteRole) ? 'give its user the site role Explorer or Viewer.' : null;
    return { who: { name, siteRole }, administrator };
  },
  async permissions(session) {
    const { pagination } = await session.ask(`${session.site}/workbooks?pageSize=1`, WORKBOOKS);
    return Number(pagination.totalAvailable) === 0 ? { warnings: [NO_WORKBOOKS] } : {};
  },
  explain: explainTableau,
  describes: { validate_connection: 'Asks which version the server has, signs in to the site, asks who that is, and signs out.' },
});

const USER = z.object({ user: z.object({ name: z.string(), siteRole: z.string() }) });
const WORKBOOKS = z.object({ pagination: z.object({ totalAvailable: z.union([z.string(), z.number()]) }) });

async function readUser(session: TableauSession) {
  return (await session.ask(`${session.site}/users/${session.userId}`, USER)).user;
}

const TOKEN_IN_USE = problem(
  'NOT_PROTECTED',
  'a personal access token has one session',
  'This token is the one in use, and each sign-in with it ends the session that a job may have.',
  'Use a token, or a connected app, for each purpose.',
);

const NO_WORKBOOKS = problem(
  'PERMISSION_MISSING',
  'no workbook is visible',
  'The user sees no workbook of the site: lists hold what the user may view.',
  'Give it View on the projects, unless the site is empty.',
);
