import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { defaultUrl, headerSecret, word } from '../kits/fields.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { problem, refusal, says } from '../kits/problems.ts';

const INDEXES = z.object({ indexes: z.array(z.object({ name: z.string(), host: z.string().nullish() })) });

/** https://docs.pinecone.io/reference/api/2026-07/control-plane/list_indexes */
export default defineHttpConnector({
  kind: 'pinecone',
  title: 'Pinecone',
  category: 'database',
  fields: {
    environment: setting(word(/^[A-Za-z0-9-]+$/, 'must be the name of an environment'), {
      title: 'Environment',
      description: 'Environment of the project, such as us-east1-gcp. It routes nothing any more.',
    }),
    projectId: setting(word(/^[A-Za-z0-9-]+$/, 'must be the id of a project'), {
      identity: true,
      title: 'Project',
      description: 'Id of the project, which the host names of its indexes hold.',
    }),
    apiKey: secret(headerSecret(), { title: 'API key', description: 'API key of the project; the role ProjectViewer is enough.' }),
    apiUrl: defaultUrl('https://api.pinecone.io', 'API URL', 'Address of the control plane, https://api.pinecone.io unless given.'),
  },
  lead: { tests: [{ field: 'testPineconeCredentials' }] },
  speaks: "Pinecone's control plane API, version 2026-07",
  leastPrivileges: ["Give the key the role ProjectViewer, with the data plane's role DataPlaneViewer where jobs read vectors."],
  tested: { against: 'fake', what: 'a fake of that API', client: 'pinecone' },
  baseUrl: ({ apiUrl }) => new URL(apiUrl).origin,
  auth: ({ apiKey }) => ({ header: { 'api-key': apiKey, 'x-pinecone-api-version': '2026-07' } }),
  async probe(session, { credentials: { projectId } }) {
    const { projects, names } = await readIndexes(session);
    if (projects.length > 0 && !projects.includes(projectId))
      throw refusal(
        'DATABASE_NOT_FOUND',
        'the indexes are of another project',
        'The key is good, and not of this project.',
        'Check projectId, or make a key in that project.',
      );
    return { data: { returnedData: { indexes: names } }, warnings: projects.length > 0 ? [] : [NO_INDEX] };
  },
  identity: async (session) => ({ who: { projects: (await readIndexes(session)).projects } }),
  refusals: { 403: says('PERMISSION_MISSING', 'The key is good, and may not list indexes.', 'Give it the role ProjectViewer.') },
  describes: { validate_connection: 'Lists the indexes of the key, and compares their project.' },
});

/** A host is `<index>-<project>.svc.<environment>.pinecone.io`; the names of indexes hold hyphens, and the ids of projects none. */
async function readIndexes(session: HttpSession) {
  const { indexes } = await session.ask('/indexes', INDEXES);
  const projects = indexes.flatMap(({ name, host }) =>
    host?.startsWith(`${name}-`) === true ? [host.slice(name.length + 1).split('.')[0] ?? ''] : [],
  );
  return { projects: [...new Set(projects)], names: indexes.slice(0, 50).map(({ name }) => name) };
}

const NO_INDEX = problem(
  'SKIPPED',
  'there is no index',
  'The key works. The project has no index, so nothing tells whether projectId is its own.',
  'Check projectId by hand.',
);
