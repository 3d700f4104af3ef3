import type { Connector } from '../../../domain/connector/connector.ts';
import type { Services } from '../../../operations/services.ts';
import type { Builder } from '../../schema/builder.ts';
import type { ConnectionTypes } from '../../schema/connections/connection.ts';
import type { ShownConnection } from '../../schema/connections/listing.ts';
import { reportedSubtype, reportedType } from '../lead-names.ts';

/** What connections of a kind are shown as; null where no connector of this gateway defines it. */
class ShownKind {
  readonly connector: Connector | null;
  readonly connectionType: string | null;
  readonly subtype: string | null;
  readonly title: string | null;

  constructor(connector: Connector | null) {
    this.connector = connector;
    this.connectionType = connector === null ? null : reportedType(connector);
    this.subtype = connector === null ? null : reportedSubtype(connector);
    this.title = connector?.title ?? null;
  }
}

/** A list may hold thousands: this costs little for each, and members under the names of their fields need no call of a resolver. */
export class PlatformServiceConnection {
  readonly row: ShownConnection;
  readonly kind: ShownKind;

  constructor(row: ShownConnection, kind: ShownKind) {
    this.row = row;
    this.kind = kind;
  }

  get uuid(): string {
    return this.row.id;
  }
  get resourceUuid(): string {
    return this.row.integrationId;
  }
  get name(): string {
    return this.row.name ?? this.row.integrationName;
  }
  get connectionType(): string | null {
    return this.kind.connectionType;
  }
  get subtype(): string | null {
    return this.kind.subtype;
  }
  get createdOn(): number {
    return this.row.createdAt;
  }
  get integrationType(): ShownConnection['integrationCategory'] {
    return this.row.integrationCategory;
  }
  get connectionTypeDisplayName(): string | null {
    return this.kind.title;
  }
}

export function createPlatformServiceConnection(
  builder: Builder,
  { connectionTypeEnum, subtypeEnum, integrationType }: Pick<ConnectionTypes, 'connectionTypeEnum' | 'subtypeEnum' | 'integrationType'>,
) {
  return builder.objectRef<PlatformServiceConnection>('PlatformServiceConnection').implement({
    fields: (t) => ({
      uuid: t.expose('uuid', { type: 'UUID' }),
      resourceUuid: t.expose('resourceUuid', { type: 'UUID' }),
      name: t.exposeString('name'),
      connectionType: t.expose('connectionType', { type: connectionTypeEnum }),
      subtype: t.expose('subtype', { type: subtypeEnum }),
      createdOn: t.expose('createdOn', { type: 'DateTime' }),
      identifiers: t.field({
        type: 'GenericScalar',
        resolve: ({ row: { identifiers } }) => {
          if (identifiers === undefined) throw new Error('the identifiers were not read');
          return identifiers();
        },
      }),
      integrationType: t.expose('integrationType', { type: integrationType }),
      connectionTypeDisplayName: t.exposeString('connectionTypeDisplayName'),
    }),
  });
}

/** The wanted connections by site. */
export function listedBySite(
  connectors: Services['connectors'],
  rows: readonly ShownConnection[],
  wanted: (connection: PlatformServiceConnection) => boolean,
): ReadonlyMap<string, PlatformServiceConnection[]> {
  const bySite = new Map<string, PlatformServiceConnection[]>();
  const kinds = new Map<string, ShownKind>();
  for (const row of rows) {
    let kind = kinds.get(row.kind);
    if (kind === undefined) {
      kind = new ShownKind(connectors.find(row.kind));
      kinds.set(row.kind, kind);
    }
    const connection = new PlatformServiceConnection(row, kind);
    if (!wanted(connection)) continue;
    const site = bySite.get(row.siteId);
    if (site === undefined) bySite.set(row.siteId, [connection]);
    else site.push(connection);
  }
  return bySite;
}
