import { DomainError } from '../../domain/errors/errors.ts';
import { configOf, detailChanges } from '../../domain/posit/config-details.ts';
import { connectionNameOf, type IntegrationFacts, requireTexts } from '../../domain/posit/integration.ts';
import { mergeConfig, requireSameAuthType } from '../../domain/posit/merge-config.ts';
import { requireUnnamedSecrets } from '../../domain/posit/moved-secrets.ts';
import { type AskedPermission, replacePermissions } from '../../domain/posit/permissions.ts';
import { templateOfKind } from '../../domain/posit/templates.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { stageUpdate } from '../changes/stage-update.ts';
import { againWhenOvertaken } from '../commits/again-when-overtaken.ts';
import { commitChange } from '../commits/commit-change.ts';
import { openDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { readAskedUsers } from './create-integration.ts';
import { integrationOf, loadStored, nameOf, type PositIntegration, readIntegration, type StoredIntegration } from './read-integrations.ts';
import { factsOf } from './records.ts';
import { writeFacts } from './write-facts.ts';

/** What is null or left out stays as it is. */
export interface PositUpdate {
  readonly guid: string;
  readonly config?: Readonly<Record<string, unknown>> | null;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly permissions?: readonly AskedPermission[] | null;
  /** Whether what there is now is what the caller has seen. */
  readonly isExpected?: (tag: string) => boolean;
}

/**
 * Config, name, description and access list at once, or nothing; a new version only where the config changes. What was staged elsewhere stays
 * staged. Throws NOT_FOUND, PositError, VERSION_CONFLICT where the caller expected something else, and what staging and committing throw.
 */
export async function updateIntegration(services: Services, actor: Actor, update: PositUpdate): Promise<PositIntegration> {
  requirePermission(actor, 'commit');
  const look = async () => {
    await updateStored(services, actor, update, await loadStored(services.store.read, actor, update.guid));
    return await readIntegration(services, actor, update.guid);
  };
  // The config is merged with what somebody else has changed in between, so that neither is lost.
  return await (update.isExpected === undefined ? againWhenOvertaken(look) : look());
}

async function updateStored(services: Services, actor: Actor, update: PositUpdate, stored: StoredIntegration): Promise<void> {
  requireExpected(update, stored);
  requireTexts(update);
  const changes = update.config == null ? null : await readChanges(services, stored, update.config);
  const facts = await readFacts(services, actor, update, stored);
  if (changes === null) {
    if (facts !== null) await writeFactsAlone(services, actor, update, facts);
    return;
  }
  const connectionId = update.guid;
  const expectedVersion = stored.current.version;
  const { key } = await stageUpdate(services, actor, { connectionId, changes, path: 'config', expectedVersion });
  await commitChange(services, actor, {
    key,
    connectionId,
    ...(facts === null ? {} : { beside: (tx) => writeFacts(services, actor, tx, { guid: connectionId, ...facts }) }),
  });
}

/** Fields of the connection that change; null where nothing does. Throws PositError. */
async function readChanges(services: Services, { current }: StoredIntegration, sent: NonNullable<PositUpdate['config']>) {
  const template = templateOfKind(current.kind);
  if (template === null) throw overtaken();
  const before = configOf(template, await openDetails(services, current));
  const { config: after, isChanged } = mergeConfig(template, before, sent);
  requireSameAuthType(template, before, after);
  requireUnnamedSecrets(template, { before, after, sent: Object.keys(sent) });
  return isChanged ? detailChanges(template, before, after, Object.keys(sent)) : null;
}

interface NewFacts {
  readonly facts: IntegrationFacts;
  readonly renames: boolean;
}

/** What is said beside the config; null where nothing of it changes. Throws PositError. */
async function readFacts(services: Services, actor: Actor, update: PositUpdate, stored: StoredIntegration): Promise<NewFacts | null> {
  const before = factsOf(stored.record);
  const shown = nameOf(stored);
  const { name = null, description = null, permissions = null } = update;
  const users = permissions === null ? null : await readAskedUsers(services, actor, permissions);
  const list = users === null ? before : replacePermissions(before, users, services.newId);
  const renames = name !== null && name !== shown;
  const connectionName = renames ? (connectionNameOf(name) ?? stored.connection.name) : stored.connection.name;
  const facts = {
    name: name ?? shown,
    description: description ?? before.description,
    connectionName,
    permissions: list.permissions,
    permissionsGiven: list.permissionsGiven,
  };
  const isChanged =
    renames || facts.description !== before.description || JSON.stringify(facts.permissions) !== JSON.stringify(before.permissions);
  return isChanged ? { facts, renames: renames && connectionName !== stored.connection.name } : null;
}

async function writeFactsAlone(services: Services, actor: Actor, update: PositUpdate, facts: NewFacts): Promise<void> {
  await writeAs(services, actor, async (tx) => {
    await tx.lock(update.guid, 'exclusive');
    requireExpected(update, await loadStored(tx, actor, update.guid));
    await writeFacts(services, actor, tx, { guid: update.guid, ...facts });
  });
}

function requireExpected({ isExpected }: PositUpdate, stored: StoredIntegration): void {
  if (isExpected?.(integrationOf(stored, '').tag) === false) throw overtaken();
}

function overtaken(): DomainError {
  return new DomainError('VERSION_CONFLICT', 'The integration was changed meanwhile. Read it, then send the change again.');
}
