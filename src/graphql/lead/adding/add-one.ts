import type { Connection } from '../../../domain/connection/connection.ts';
import { badRequest, DomainError } from '../../../domain/errors/errors.ts';
import { type AddConnection, addConnection } from '../../../operations/connections/add-connection.ts';
import { findConnection } from '../../../operations/connections/read-connection.ts';
import type { AskedIntegration } from '../../../operations/integrations/integration-choice.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Context } from '../../schema/context.ts';
import type { Refs } from '../../schema/refs.ts';

/** What most of the lead API's mutations that add a connection take. */
interface CommonArgs {
  readonly connectionType: string;
  readonly connectionName?: string | null | undefined;
  readonly dcId?: string | null | undefined;
  readonly jobTypes?: AddConnection['jobTypes'] | null | undefined;
  readonly key?: string | null | undefined;
}

/** What they all answer. */
export function addedPayload(builder: Builder, { connection }: Pick<Refs, 'connection'>, name: string) {
  return builder
    .objectRef<Connection>(name)
    .implement({ fields: (t) => ({ connection: t.field({ type: connection, resolve: (row) => row }) }) });
}

/** The connection that a temporary key was staged for, made and read back. */
export async function addOne(
  { services, actor }: Context,
  args: CommonArgs,
  integration: AskedIntegration,
  more: Pick<AddConnection, 'isActive' | 'jobLimits' | 'dbtFilter'> = {},
): Promise<Connection> {
  if (args.key == null) throw badRequest('key', 'key is required: stage the credentials first, with the test mutation of their kind.');
  const { connectionId } = await addConnection(services, actor, {
    ...more,
    key: args.key,
    kind: args.connectionType,
    integration,
    name: args.connectionName ?? null,
    siteId: args.dcId ?? null,
    jobTypes: args.jobTypes ?? [],
  });
  const row = await findConnection(services, actor, connectionId);
  if (row === null) throw new DomainError('VERSION_CONFLICT', 'The connection was removed right after it was added.');
  return row;
}
