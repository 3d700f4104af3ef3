import { VERSION_LABELS, type Version } from '../../../domain/connection/connection.ts';
import type { Builder } from '../builder.ts';

export function createVersionType(builder: Builder) {
  const versionLabel = builder.enumType('VersionLabel', { values: VERSION_LABELS });
  return builder.objectRef<Version>('ConnectionVersion').implement({
    description: 'An immutable, numbered set of settings and sealed credentials. Its label moves, its content never does.',
    fields: (t) => ({
      version: t.exposeInt('version', { nullable: false }),
      label: t.field({ type: versionLabel, nullable: false, resolve: (row) => row.label }),
      kind: t.exposeString('kind', { nullable: false }),
      settings: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'Public settings; never a secret.',
        resolve: (row) => row.settings,
      }),
      reference: t.field({
        type: 'GenericScalar',
        description: 'Provider, path and key of credentials that stay in an outside manager; null where they are sealed here.',
        resolve: (row) => row.reference,
      }),
      validUntil: t.field({
        type: 'DateTime',
        description: 'Set when it became PREVIOUS: it stays valid until then, and for as long as a lease holds it.',
        resolve: (row) => row.validUntil,
      }),
      origin: t.exposeString('origin', { nullable: false, description: 'change or roll-back.' }),
      restoredFrom: t.exposeInt('restoredFrom', { description: 'The version whose content a roll-back restored.' }),
      proven: t.exposeBoolean('proven', { nullable: false, description: 'False when it was committed without proof.' }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
      retiredAt: t.field({ type: 'DateTime', resolve: (row) => row.retiredAt }),
      destroyedAt: t.field({
        type: 'DateTime',
        description: 'When its ciphertext was destroyed: it can no longer be rolled back to.',
        resolve: (row) => row.destroyedAt,
      }),
    }),
  });
}
