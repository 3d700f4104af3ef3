import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { googleMeaning } from '../kits/google/google-meaning.ts';
import { readServiceAccount } from '../kits/google/service-account.ts';
import { accountOf, apiOf, authorizationOf, fields, projectOf, rules } from './fields.ts';
import { checkPermissions, DATASETS, heldIn, pathOf, warnOfLost } from './permissions.ts';

export default defineHttpConnector({
  kind: 'bigquery',
  title: 'Google BigQuery',
  category: 'warehouse',
  lead: {
    name: 'BigQuery',
    createInput: 'BqConnectionDetails',
    allOptional: true,
    tests: [{ field: 'testBqCredentialsV2' }],
    testV1: [{ field: 'testBqCredentials', explains: true }],
    besideReference: ['bqProjectId'],
  },
  fields,
  rules,
  speaks: "BigQuery's REST API",
  leastPrivileges: [
    'gcloud projects add-iam-policy-binding <project> --member serviceAccount:<email> --role roles/bigquery.jobUser',
    'gcloud projects add-iam-policy-binding <project> --member serviceAccount:<email> --role roles/bigquery.dataViewer',
  ],
  tested: {
    against: 'fake',
    what: 'a fake of that API and of the token endpoint, which checks signatures',
    client: 'google-cloud-bigquery',
  },
  baseUrl: (details) => apiOf('bigquery', details),
  signIn: async ({ egress, open }, details) => ({ session: open(await authorizationOf(details, egress)) }),
  probe: async (session, { credentials }) => {
    await session.ask(`${pathOf(credentials)}/datasets?maxResults=1`, DATASETS);
    return {};
  },
  // A token was made for it, which proves the name.
  identity: async (_session, { credentials }) => ({
    who: { clientEmail: accountOf(credentials).client_email, projectId: projectOf(credentials) },
  }),
  permissions: (session, { credentials }) => checkPermissions(session, credentials),
  parity: {
    login: ({ serviceJson }) => (serviceJson === undefined ? undefined : readServiceAccount(serviceJson)?.client_email),
    on: ['projectId'],
    comparesLogins: true,
    async losses(_session, inUse, { credentials, egress }) {
      const after = await heldIn(credentials, egress);
      // The details of a login in use that may be read are whole.
      const before = await inUse.read(() => heldIn(inUse.settings as typeof credentials, egress));
      return { losses: [], warnings: warnOfLost(before, after, credentials) };
    },
  },
  explain: googleMeaning,
  describes: {
    validate_connection: 'Signs in as the service account and lists one dataset of the project.',
    validate_identity: 'Says whose token Google gave.',
    validate_permissions: 'Has a query checked that is not run, and reads a row of the first table that is listed.',
    validate_permission_parity: 'Asks Google what both service accounts hold in the project, and warns of what only the one in use has.',
  },
});
