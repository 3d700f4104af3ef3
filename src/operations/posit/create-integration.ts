import { detailsOf } from '../../domain/posit/config-details.ts';
import { connectionNameOf, NO_FACTS, requireTexts } from '../../domain/posit/integration.ts';
import { mergeConfig } from '../../domain/posit/merge-config.ts';
import { type AskedPermission, readUsers, replacePermissions } from '../../domain/posit/permissions.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { findTemplate, kindOfTemplate } from '../../domain/posit/templates.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { stageCreation } from '../changes/stage-creation.ts';
import { addConnection } from '../connections/add-connection.ts';
import type { Services } from '../services.ts';
import { type PositIntegration, readIntegration } from './read-integrations.ts';
import { usersAmong, writeFacts } from './write-facts.ts';

export interface NewPositIntegration {
  readonly template: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly permissions?: readonly AskedPermission[] | null;
}

/**
 * Makes a connection, in an integration of its own: the original never asks the provider, so it is validated afterwards. Names need not be
 * unique. Throws FORBIDDEN, PositError and what adding a connection throws.
 */
export async function createIntegration(services: Services, actor: Actor, given: NewPositIntegration): Promise<PositIntegration> {
  requirePermission(actor, 'create');
  const { name = null, description = null, permissions } = given;
  const template = findTemplate(given.template ?? '');
  if (template === null) throw new PositError(227, 'template is missing or not known here; GET templates lists them', { path: 'template' });
  requireTexts(given);
  const { config } = mergeConfig(template, {}, given.config);
  const users = await readAskedUsers(services, actor, permissions ?? []);
  const kind = kindOfTemplate(template);
  const staged = await stageCreation(services, actor, { kind, details: detailsOf(template, config), path: 'config' });
  const connectionName = connectionNameOf(name);
  const facts = { ...NO_FACTS, name, description, connectionName, ...replacePermissions(NO_FACTS, users, services.newId) };
  const { connectionId: guid } = await addConnection(services, actor, {
    key: staged.key,
    kind,
    name: connectionName,
    integration: { name: connectionName, numbered: true },
    policy: { commitPolicy: 'ADVISORY' },
    beside: (tx) => writeFacts(services, actor, tx, { guid: staged.change.connectionId, facts, renames: false }),
  });
  return await readIntegration(services, actor, guid);
}

/** Throws PositError. */
export async function readAskedUsers(services: Services, actor: Actor, asked: readonly AskedPermission[]): Promise<readonly string[]> {
  const guids = asked.flatMap(({ user_guid: guid }) => (guid == null ? [] : [guid.toLowerCase()]));
  return readUsers(asked, await usersAmong(services, actor, guids));
}
