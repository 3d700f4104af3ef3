import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { defaultUrl, word } from '../kits/fields.ts';
import { fetchGoogleToken, googleTokenMeaning, tokenUrlField } from '../kits/google/google-token.ts';
import {
  readServiceAccount,
  secretsOfAccount,
  serviceAccountIn,
  serviceAccountJson,
  serviceAccountOf,
} from '../kits/google/service-account.ts';
import { problem, says } from '../kits/problems.ts';
import { checkPermissions, heldIn, warnOfLost } from './permissions.ts';

const DATAFORM = 'https://dataform.googleapis.com';

/** https://cloud.google.com/dataform/reference/rest/v1/projects.locations.repositories/list */
export default defineHttpConnector({
  kind: 'gcp-dataform',
  title: 'Google Dataform',
  called: 'Google',
  category: 'etl',
  fields: {
    projectId: setting(word(/^[a-z][a-z0-9:.-]*$/, 'must be the id of a project', 100), {
      identity: true,
      title: 'Project',
      description: 'Id of the Google Cloud project.',
    }),
    locations: setting(
      z
        .array(word(/^[a-z0-9-]+$/, 'must be a location, such as europe-west1', 40))
        .min(1)
        .max(20),
      {
        title: 'Locations',
        description: 'Locations of the repositories, such as europe-west1.',
      },
    ),
    serviceAccountInfo: secret(serviceAccountJson(), {
      names: { leadType: 'JSONString', selfHostedWhole: serviceAccountOf },
      secretParts: secretsOfAccount,
      title: 'Service account',
      description: 'JSON key of a service account with the role Dataform Viewer.',
    }),
    tokenUrl: tokenUrlField(),
    apiUrl: defaultUrl(DATAFORM, 'API URL', `Address of the API, or of a gateway in front of Google's APIs, ${DATAFORM} unless given.`),
  },
  lead: { tests: [{ field: 'testGcpDataformCredentials', takesKey: true }] },
  speaks: "Google's token endpoint and the Dataform API, version 1",
  leastPrivileges: ['gcloud projects add-iam-policy-binding <project> --member serviceAccount:<email> --role roles/dataform.viewer'],
  tested: { against: 'fake', what: 'a fake of both', client: 'google-cloud-dataform' },
  baseUrl: ({ apiUrl, projectId }) => `${new URL(apiUrl).origin}/v1/projects/${projectId}`,
  async signIn({ egress, open }, { tokenUrl, apiUrl, serviceAccountInfo }) {
    const headers = { authorization: `Bearer ${await fetchGoogleToken(egress, tokenUrl, serviceAccountIn(serviceAccountInfo))}` };
    const manager = apiUrl === DATAFORM ? 'https://cloudresourcemanager.googleapis.com' : new URL(apiUrl).origin;
    return { session: { ...open(headers), manager: open(headers, manager) } };
  },
  async probe(session, { credentials: { locations } }) {
    const unreachable = [];
    for (const location of locations) {
      const answer = await session.ask(`/locations/${location}/repositories?pageSize=1`, REPOSITORIES);
      if ((answer.unreachable ?? []).length > 0) unreachable.push(location);
    }
    return { data: { datasetsValidated: locations }, warnings: unreachable.length === 0 ? [] : [unreached(unreachable)] };
  },
  // A token was made for it, which proves the name.
  identity: async (_session, { credentials: { serviceAccountInfo, projectId } }) => ({
    who: { clientEmail: serviceAccountIn(serviceAccountInfo).client_email, projectId },
  }),
  permissions: ({ manager }, { credentials }) => checkPermissions(manager, credentials),
  parity: {
    login: ({ serviceAccountInfo }) =>
      serviceAccountInfo === undefined ? undefined : readServiceAccount(serviceAccountInfo)?.client_email,
    on: ['projectId', 'apiUrl'],
    comparesLogins: true,
    async losses({ manager }, inUse, { credentials }) {
      const { projectId } = credentials;
      const before = await inUse.read((old) => heldIn(old.manager, inUse.settings.projectId ?? projectId));
      return { losses: [], warnings: warnOfLost(before, await heldIn(manager, projectId), credentials) };
    },
  },
  refusals: {
    403: says(
      'PERMISSION_MISSING',
      'Google does not let the service account list repositories. It says the same of a project that does not exist.',
      'Give it the role Dataform Viewer in the project, and check projectId.',
    ),
    400: says('DATABASE_NOT_FOUND', 'Google has no such location for Dataform.', 'Check locations.'),
    404: says('DATABASE_NOT_FOUND', 'Google has no such project or location for Dataform.', 'Check projectId and locations.'),
  },
  explain(failure) {
    if (failure.status === 403 && /SERVICE_DISABLED|has not been used in project|is disabled/.test(`${failure.code} ${failure.text}`))
      return says('ACCESS_DENIED', 'The Dataform API is turned off in the project.', 'Enable dataform.googleapis.com there.');
    return googleTokenMeaning(failure);
  },
  describes: {
    validate_connection: 'Obtains a token for the service account, and lists a repository of each location.',
    validate_identity: 'Says whose token Google gave.',
    validate_permissions: 'Asks Google what the service account holds in the project, and warns of what its jobs need and it lacks.',
    validate_permission_parity: 'Asks Google what both service accounts hold in the project, and warns of what only the one in use has.',
  },
});

/** An answer without a repository is an empty object. */
const REPOSITORIES = z.object({ repositories: z.array(z.unknown()).optional(), unreachable: z.array(z.string()).optional() });

function unreached(locations: readonly string[]) {
  return problem(
    'PROVIDER_DOWN',
    'Google could not reach a location',
    `Repositories of ${locations.join(', ')} may be missing at the moment.`,
    'Try again later.',
  );
}
