import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import { type Account, readAccount } from './mysql-account.ts';
import { mysql } from './mysql-checks.ts';
import { describeGrant, isCovered } from './mysql-grants.ts';
import type { MysqlDetails } from './mysql-kind.ts';
import { type Loss, reportLosses, reportNoComparison } from './parity.ts';
import { skippedAsAsked } from './skipped-as-asked.ts';
import { inSession } from './sql.ts';

type Input = ValidatorInput<MysqlDetails>;

/**
 * What the login in use may do and the new one may not. An ordinary account sees no grants but its own, so both log in, each where
 * its own details say, and each is asked for its own.
 */
export async function validateParity(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  const { credentials, current } = input;
  if (current === null || (current.user === credentials.user && current.host === credentials.host && current.port === credentials.port))
    return reportLosses(current?.user ?? null, []);
  const before = await readInUse(input, current);
  if (before === null) {
    return reportNoComparison(
      'the login in use could not log in',
      'The login in use could not be asked what it may do: it does not get in any more.',
    );
  }
  return await inSession(mysql, input, async (session) => reportLosses(before.name, lossesOf(before, await readAccount(session))));
}

/** Null when it does not get in, for whatever reason: that is what the check of the version in use is for. */
async function readInUse(input: Input, current: Partial<MysqlDetails>): Promise<Account | null> {
  // The details of a saved version are whole: they were parsed by the fields of this kind before they were sealed.
  const credentials = current as MysqlDetails;
  try {
    return await mysql.withSession({ ...input, credentials }, readAccount);
  } catch {
    return null;
  }
}

function lossesOf(before: Account, after: Account): readonly Loss[] {
  const roles = before.grants.roles.filter((role) => !after.grants.roles.includes(role));
  const lost = before.grants.held.filter((grant) => !isCovered(after.grants, grant));
  return [
    ...roles.map((role) => ({ what: `the role ${role}`, mend: `GRANT ${role} TO ${after.name};` })),
    ...[...new Set(lost.map(describeGrant))].map((what) => ({ what, mend: `GRANT ${what} TO ${after.name};` })),
  ];
}
