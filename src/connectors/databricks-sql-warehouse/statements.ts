import { z } from 'zod';
import type { HttpSession } from '../kits/http/http-session.ts';
import { NotChecked, refusal } from '../kits/problems.ts';
import { namedRows, type TextRow } from '../kits/sql/sql-session.ts';

/** The part of https://docs.databricks.com/api/workspace/statementexecution/executestatement that is used. */
const STATEMENT = z.object({
  status: z.object({ state: z.string(), error: z.object({ message: z.string().nullish() }).nullish() }),
  manifest: z.object({ schema: z.object({ columns: z.array(z.object({ name: z.string() })).nullish() }) }).nullish(),
  result: z.object({ data_array: z.array(z.array(z.string().nullable())).nullish() }).nullish(),
});

/** A workspace that has only the metastore of old has no information schema to ask. */
const NO_UNITY_CATALOG = /UC_NOT_ENABLED|(TABLE_OR_VIEW|SCHEMA|CATALOG)_NOT_FOUND|NO_SUCH_CATALOG/;

/** Runs a read-only statement on the warehouse. A Refusal where it failed; NotChecked where it did not get to it in time, as when it is starting. */
export type RunStatement = (statement: string, parameters?: Readonly<Record<string, string>>) => Promise<readonly TextRow[]>;

export function statementsOn(session: HttpSession, warehouseId: string): RunStatement {
  return async (statement, parameters = {}) => {
    const body = {
      warehouse_id: warehouseId,
      statement,
      parameters: Object.entries(parameters).map(([name, value]) => ({ name, value, type: 'STRING' })),
      // The least that it waits for a result.
      wait_timeout: '5s',
      on_wait_timeout: 'CANCEL',
      disposition: 'INLINE',
      format: 'JSON_ARRAY',
    };
    const { status, manifest, result } = await session.ask({ path: '/api/2.0/sql/statements/', method: 'POST', body }, STATEMENT);
    if (['CANCELED', 'PENDING', 'RUNNING'].includes(status.state))
      throw new NotChecked(
        'the warehouse did not answer within 5 s',
        'The warehouse is starting or busy, so this could not be checked yet.',
        'Run this check again in a few minutes, when the warehouse runs.',
      );
    if (status.state !== 'SUCCEEDED') throw refusalOf(status.error?.message ?? '', warehouseId);
    return namedRows(manifest?.schema.columns ?? [], result?.data_array ?? []);
  };
}

function refusalOf(text: string, warehouseId: string): Error {
  if (NO_UNITY_CATALOG.test(text))
    return new NotChecked(
      'no system.information_schema',
      'The login may ask no Unity Catalog: grants were not checked.',
      'Check by hand that the login may do what the jobs need.',
    );
  const lookUp = `Look the statement up in the query history of warehouse ${warehouseId}.`;
  return refusal('ACCESS_DENIED', 'the statement failed', 'The warehouse did not run the check.', lookUp);
}
