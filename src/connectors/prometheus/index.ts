import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { word } from '../kits/fields.ts';
import { reachHost } from '../kits/http/reach-host.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { says } from '../kits/problems.ts';

const HOST = 'https://cloud.mongodb.com';

/** The login with which a Prometheus finds and scrapes the targets of a MongoDB Atlas project. */
export default defineHttpConnector({
  kind: 'prometheus',
  title: 'Prometheus (MongoDB Atlas)',
  called: 'MongoDB Atlas',
  category: 'other',
  fields: {
    username: setting(text(255), { identity: true, title: 'User', description: 'User of the scraping login.' }),
    password: secret(secretText(), { title: 'Password', description: 'Password of that user.' }),
    serviceDiscovery: setting(z.enum(['http', 'file']), {
      title: 'Service discovery',
      description: 'How the Prometheus finds its targets.',
    }),
    enabled: setting(z.boolean().default(true), {
      title: 'Enabled',
      description: 'Whether targets let the login scrape them, true unless given.',
    }),
    sendUserProvidedResourceTagsEnabled: setting(z.boolean().optional(), {
      title: 'Send tags',
      description: 'Whether the tags of clusters and projects are labels of the metrics.',
    }),
    groupId: setting(word(/^[a-f0-9]{24}$/, 'must be the id of a project').optional(), {
      identity: true,
      title: 'Project',
      description: 'Id of the MongoDB Atlas project whose targets are asked for to prove the login; it has to know the login already.',
    }),
    apiUrl: vendorUrl(HOST),
  },
  speaks: "the HTTP service discovery of MongoDB Atlas' projects",
  leastPrivileges: ['Nothing beyond the login itself, which can read metrics alone.'],
  tested: { against: 'fake', what: 'a fake of that discovery', client: null },
  baseUrl: ({ apiUrl = HOST }) => apiUrl,
  auth: ({ username, password }) => ({ basic: { user: username, password } }),
  async probe(session, { egress, credentials: { groupId, apiUrl = HOST } }) {
    if (groupId === undefined)
      return await reachHost(
        egress,
        apiUrl,
        'The login was not tried: no project is named, and a new login exists only once it is saved there.',
      );
    await session.ask(`/prometheus/v1.0/groups/${groupId}/discovery`, z.array(z.unknown()));
    return {};
  },
  refusals: {
    401: says(
      'CREDENTIALS_REJECTED',
      'MongoDB Atlas refused the login. It says so of one, too, that the project does not have yet.',
      'Check username and password, and that the Prometheus integration of the project has them.',
    ),
    404: says('DATABASE_NOT_FOUND', 'There is no such project.', 'Check groupId.'),
  },
  describes: { validate_connection: "Asks for the project's targets, where one is named; else reaches the host alone." },
});
