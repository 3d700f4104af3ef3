import { type FakeReply, startJsonServer } from './json-server.ts';

export interface FakePineconeKey {
  readonly key: string;
  readonly projectId: string;
  readonly indexes: readonly string[];
  readonly mayList?: boolean;
}

/** A FAKE of Pinecone's control plane, made from https://docs.pinecone.io/reference/api and what its client sends. */
export async function startFakePinecone(keys: readonly FakePineconeKey[]) {
  return await startJsonServer(({ method, url, headers }) => {
    const key = keys.find((one) => one.key === headers['api-key']);
    if (key === undefined) return { status: 401, body: 'Invalid API Key' };
    if (headers['x-pinecone-api-version'] !== '2026-07') return failed(400, 'INVALID_ARGUMENT');
    if (method !== 'GET' || url.pathname !== '/indexes') return failed(404, 'NOT_FOUND');
    if (key.mayList === false) return failed(403, 'PERMISSION_DENIED');
    const indexes = key.indexes.map((name) => ({
      name,
      host: `${name}-${key.projectId}.svc.us-east1-gcp.pinecone.io`,
      schema: { fields: { embedding: { type: 'dense_vector', dimension: 3, metric: 'cosine' } } },
      deployment: { deployment_type: 'managed', cloud: 'gcp', region: 'us-east1' },
      status: { ready: true, state: 'Ready' },
      deletion_protection: 'disabled',
    }));
    return { status: 200, body: { indexes } };
  });
}

function failed(status: number, code: string): FakeReply {
  return { status, body: { error: { code, message: 'refused' }, status } };
}
