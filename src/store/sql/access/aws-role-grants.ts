import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { AwsRoleGrant, AwsRoleGrantReaders, AwsRoleGrantWriters } from '../../../domain/aws/aws-role.ts';
import type { Tables } from '../../tables/tables.ts';
import { amendAuthority, entryOf, HEAD } from '../signing/authority.ts';
import { type Listed, readListed, showListed } from '../signing/read-listed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';

const ofProject = prepared('aws_role_grants_of_project', (db, { awsRoleGrants, authorityHead }) => {
  const columns = { row: getTableColumns(awsRoleGrants), head: { mac: authorityHead.mac } };
  return {
    columns,
    statement: db
      .select(columns)
      .from(awsRoleGrants)
      .leftJoin(authorityHead, eq(authorityHead.id, HEAD))
      .where(eq(awsRoleGrants.projectId, sql.placeholder('projectId')))
      .orderBy(asc(awsRoleGrants.createdAt), asc(awsRoleGrants.roleArn))
      .limit(atMost(1000)),
  };
});

export function awsRoleGrantReaders(source: SignedSource, tables: Tables): AwsRoleGrantReaders {
  const listed = { table: tables.awsRoleGrants, entry: entryOfGrant };
  const read = (projectId: string) => async () => trusted<Listed<AwsRoleGrant>>(await ofProject(source, tables, { projectId }));
  return {
    of: (projectId) => readListed<AwsRoleGrant>(source, tables, listed, read(projectId)),
    shown: (projectId) => showListed<AwsRoleGrant>(source, tables, listed, read(projectId)),
  };
}

function entryOfGrant({ projectId, roleArn }: Pick<AwsRoleGrant, 'projectId' | 'roleArn'>): string {
  return entryOf('aws-role', projectId, roleArn);
}

export function awsRoleGrantWriters(tx: SignedTransaction, tables: Tables): AwsRoleGrantWriters {
  const { db } = tx;
  const { awsRoleGrants } = tables;
  return {
    async insert(grant) {
      const row = withMac(tx, awsRoleGrants, { ...grant });
      const inserted = await db.insert(awsRoleGrants).values(row).onConflictDoNothing().returning({ roleArn: awsRoleGrants.roleArn });
      if (inserted.length > 0) await amendAuthority(tx, tables, [[entryOfGrant(grant), row.mac]]);
      return inserted.length > 0;
    },
    async remove(grant) {
      const removed = await db
        .delete(awsRoleGrants)
        .where(and(eq(awsRoleGrants.projectId, grant.projectId), eq(awsRoleGrants.roleArn, grant.roleArn)))
        .returning({ roleArn: awsRoleGrants.roleArn });
      if (removed.length > 0) await amendAuthority(tx, tables, [[entryOfGrant(grant), null]]);
      return removed.length > 0;
    },
    ...awsRoleGrantReaders(tx, tables),
  };
}
