import { notFound } from '../../domain/errors/errors.ts';
import { SECRET_REFERENCES } from '../../domain/matillion/secret-reference.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { createRecord, findRecord, listRecords, type RecordRule } from '../dialects/dialect-records.ts';
import type { Services } from '../services.ts';

const SECRET_REFERENCE: RecordRule = { ...SECRET_REFERENCES, what: 'secret reference', right: 'reference' };

const MOST = 10_000;

/** The name of a secret in a vault, under a name of the project's. It never holds a value. */
export interface NamedReference {
  readonly name: string;
  readonly secretReferenceType: string;
  readonly secretName: string;
  readonly secretKey?: string;
  readonly description?: string;
}

/** By name. Throws FORBIDDEN. */
export async function listSecretReferences(services: Services, actor: Actor): Promise<readonly NamedReference[]> {
  const made = await listRecords(services, actor, SECRET_REFERENCE, { limit: MOST });
  return made.map(read).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Throws FORBIDDEN, NOT_FOUND. */
export async function findSecretReference(services: Services, actor: Actor, name: string): Promise<NamedReference> {
  const found = await findRecord(services, actor, SECRET_REFERENCE, name);
  if (found === null) throw notFound('secret reference');
  return read(found);
}

/** Throws FORBIDDEN, NAME_TAKEN. */
export async function createSecretReference(services: Services, actor: Actor, { name, ...data }: NamedReference): Promise<NamedReference> {
  return read(await createRecord(services, actor, SECRET_REFERENCE, { key: name, parentId: null, data: { ...data } }));
}

/** Records of this kind are made here alone. */
function read({ key, data }: { readonly key: string; readonly data: object }): NamedReference {
  return { name: key, ...(data as Omit<NamedReference, 'name'>) };
}
