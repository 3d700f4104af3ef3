import { notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { createRecord, findRecord, listRecords, type RecordRule } from '../dialects/dialect-records.ts';
import type { Services } from '../services.ts';
import { MATILLION } from './namespace.ts';

const ENVIRONMENT: RecordRule = { dialect: MATILLION, entity: 'environment', what: 'environment', right: 'create' };

/** Every project has it, as upstream every project begins with one. */
export const FIRST_ENVIRONMENT = 'Default';

const MOST = 10_000;

/** Names of the environments of a project. Throws FORBIDDEN. */
export async function listEnvironments(services: Services, actor: Actor): Promise<readonly string[]> {
  const made = await listRecords(services, actor, ENVIRONMENT, { limit: MOST });
  return [FIRST_ENVIRONMENT, ...made.map(({ key }) => key)].sort();
}

/** Throws FORBIDDEN, NOT_FOUND. */
export async function requireEnvironment(services: Services, actor: Actor, name: string): Promise<void> {
  if (name !== FIRST_ENVIRONMENT && (await findRecord(services, actor, ENVIRONMENT, name)) === null) throw notFound('environment');
}

/** Throws FORBIDDEN, NAME_TAKEN. */
export async function createEnvironment(services: Services, actor: Actor, name: string): Promise<void> {
  await createRecord(services, actor, ENVIRONMENT, { key: name, parentId: null, data: {} });
}
