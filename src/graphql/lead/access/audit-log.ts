import { AUDIT_EVENT_TYPES, eventTypeOf, isQuery, referencesOf, type WantedReference } from '../../../domain/audit/account-audit.ts';
import type { AuditRow } from '../../../domain/audit/audit.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { type FoundAudit, listAccountAudit } from '../../../operations/audit/list-account-audit.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import { none } from '../../schema/connections/site.ts';
import { DEFAULT_PAGE, MAX_PAGE, type PageTypes, readCursor, writeCursor } from '../../schema/page.ts';

interface FoundPage extends FoundAudit {
  readonly direction: 'older' | 'newer';
  readonly isFirst: boolean;
}

/** The audit in the lead API's shape, where `apiName` is the name of our action. */
export function addAccountAudit(builder: Builder, { pageInfo }: PageTypes): void {
  const response = builder.objectRef<FoundPage>('GetAccountAuditLogsResponse').implement({
    fields: (t) => ({
      records: t.field({ type: [createRecord(builder)], nullable: { list: true, items: true }, resolve: ({ rows }) => [...rows] }),
      pageInfo: t.field({ type: pageInfo, resolve: pageInfoOf }),
    }),
  });
  const role = builder.enumType('AuditLogActorRole', { values: ['USER', 'AGENT'] as const });
  const eventType = builder.enumType('AuditLogEventType', { values: AUDIT_EVENT_TYPES });
  const reference = builder.inputType('ApiCallReference', {
    fields: (t) => ({
      parameterName: t.string({ required: true, description: 'For example connectionId.' }),
      parameterValue: t.string(),
      parameterValues: t.stringList({ required: { list: false, items: false } }),
    }),
  });
  builder.queryFields((t) => ({
    getAccountAuditLogs: t.field({
      extensions: LISTS,
      type: response,
      description:
        'Newest first, at most 100 at once. A page may hold fewer than were asked for while hasNextPage is true: go on behind endCursor.',
      args: {
        first: t.arg.int(),
        after: t.arg.string(),
        last: t.arg.int(),
        before: t.arg.string(),
        startTime: t.arg({ type: 'DateTime', required: true }),
        endTime: t.arg({ type: 'DateTime' }),
        includeApiQueries: t.arg.boolean({ defaultValue: false }),
        apiCallReferences: t.arg({ type: [reference], required: { list: false, items: false } }),
        userEmail: t.arg.string({ description: 'The name of a token, as getUser shows it, or its id.' }),
        actorRole: t.arg({ type: role }),
        eventTypes: t.arg({ type: [eventType] }),
      },
      resolve: async (_, { startTime, endTime, ...given }, { services, actor }): Promise<FoundPage> => {
        const page = readPlace(given);
        const found = await listAccountAudit(
          services,
          actor,
          {
            includesQueries: given.includeApiQueries === true,
            references: (given.apiCallReferences ?? []).flatMap((one) => (one == null ? [] : [wantedReference(one)])),
            actor: given.userEmail ?? null,
            role: given.actorRole ?? null,
            eventTypes: given.eventTypes ?? null,
          },
          { from: startTime, to: endTime ?? null, ...page },
        );
        return { ...found, direction: page.direction, isFirst: page.place === null };
      },
    }),
  }));
}

function createRecord(builder: Builder) {
  const activity = builder.objectRef<never>('AccountAuditLogAgentActivity').implement({
    fields: (t) => ({
      ...Object.fromEntries(
        ['agentId', 'threadId', 'surface', 'toolName', 'toolSource', 'access', 'outcome', 'serverId', 'serverName'].map((name) => [
          name,
          t.string({ resolve: none }),
        ]),
      ),
      isAutomated: t.boolean({ resolve: none }),
    }),
  });
  return builder.objectRef<AuditRow>('AccountAuditLog').implement({
    fields: (t) => ({
      timestamp: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.at }),
      accountUuid: t.string({ nullable: false, resolve: async (_, __, { loaders }) => (await loaders.project()).id }),
      accountName: t.string({ nullable: false, resolve: async (_, __, { loaders }) => (await loaders.project()).name }),
      email: t.string({ nullable: false, description: 'The name of the token.', resolve: (row) => row.actorName }),
      firstName: t.string({ resolve: (row) => row.actorName }),
      lastName: t.string({ resolve: () => '' }),
      url: t.string({ resolve: () => null }),
      eventType: t.string({ nullable: false, resolve: eventTypeOf }),
      apiName: t.string({ description: 'The action, as docs/reference/audit-actions.md lists them.', resolve: (row) => row.action }),
      apiIsQuery: t.boolean({ resolve: isQuery }),
      apiCallReferences: t.string({ description: 'A JSON object: ids by name.', resolve: (row) => JSON.stringify(referencesOf(row)) }),
      apiCallSource: t.string({ description: 'What the client says of itself.', resolve: sourceOf }),
      clientIp: t.string({ resolve: (row) => row.clientIp }),
      agentActivity: t.field({ type: activity, description: 'No agent acts here.', resolve: () => null }),
    }),
  });
}

function sourceOf({ client }: AuditRow): string | null {
  const told = ['x-mcd-telemetry-reason', 'x-mcd-telemetry-service', 'x-mcd-telemetry-command'].flatMap((name) => client[name] ?? []);
  return told.length === 0 ? (client['user-agent'] ?? null) : told.join(' ');
}

interface PlaceArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Forward with `first` and `after`, backward with `last` and `before`. Throws BAD_REQUEST for a mixture. */
function readPlace({ first, after, last, before }: PlaceArgs) {
  const isBackward = last != null || before != null;
  const foreign = isBackward ? (first != null ? 'first' : after != null ? 'after' : null) : null;
  if (foreign !== null) throw badRequest(foreign, 'A page goes forward with first and after, or backward with last and before.');
  const [name, given] = isBackward ? (['last', last] as const) : (['first', first] as const);
  const limit = given ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE) throw badRequest(name, `${name} is a number from 1 to ${MAX_PAGE}.`);
  const place = before != null ? readCursor(before, 'before') : after != null ? readCursor(after) : null;
  return { limit, direction: isBackward ? ('newer' as const) : ('older' as const), place };
}

function pageInfoOf({ rows, next, direction, isFirst }: FoundPage) {
  const [newest, oldest] = [rows[0] ?? null, rows.at(-1) ?? null];
  const cursorOf = (row: { readonly at: number; readonly id: string } | null) => (row === null ? null : writeCursor(row));
  const isForward = direction === 'older';
  return {
    hasNextPage: isForward ? next !== null : !isFirst,
    hasPreviousPage: isForward ? !isFirst : next !== null,
    startCursor: cursorOf(isForward ? newest : (next ?? newest)),
    endCursor: cursorOf(isForward ? (next ?? oldest) : oldest),
  };
}

function wantedReference({
  parameterName: name,
  parameterValue,
  parameterValues,
}: {
  readonly parameterName: string;
  readonly parameterValue?: string | null | undefined;
  readonly parameterValues?: readonly (string | null | undefined)[] | null | undefined;
}): WantedReference {
  const values = [parameterValue, ...(parameterValues ?? [])].flatMap((value) => value ?? []);
  return { name, values: parameterValue == null && parameterValues == null ? null : values };
}
