import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { AwsSession } from '../kits/aws/aws-session.ts';
import { NotChecked, type Refusal, refusal } from '../kits/problems.ts';
import type { AthenaDetails } from './fields.ts';

const STARTED = z.object({ QueryExecutionId: z.string().min(1).max(1024) });
const EXECUTION = z.object({
  QueryExecution: z.object({ Status: z.object({ State: z.string(), StateChangeReason: z.string().nullish() }) }),
});
const RESULTS = z.object({
  ResultSet: z.object({ Rows: z.array(z.object({ Data: z.array(z.object({ VarCharValue: z.string().nullish() })) })) }),
});

const POLLS = 40;
const PAUSE_MS = 250;

/** Runs SELECT 1, and stops it where Athena does not get to it in time. */
export async function runQuery(session: AwsSession, { catalog, workgroup }: AthenaDetails, signal: AbortSignal) {
  const query = {
    QueryString: 'SELECT 1',
    WorkGroup: workgroup,
    QueryExecutionContext: { Catalog: catalog },
    ClientRequestToken: randomUUID(),
  };
  const id = await session.json('athena', 'StartQueryExecution', query, STARTED);
  for (let polls = 0; polls < POLLS; polls += 1) {
    const { State, StateChangeReason } = (await session.json('athena', 'GetQueryExecution', id, EXECUTION)).QueryExecution.Status;
    if (State === 'FAILED' || State === 'CANCELLED') throw failed(StateChangeReason ?? '');
    if (State === 'SUCCEEDED') {
      const { Rows } = (await session.json('athena', 'GetQueryResults', { ...id, MaxResults: 10 }, RESULTS)).ResultSet;
      return Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue ?? null));
    }
    await pause(PAUSE_MS, undefined, { signal });
  }
  await session.json('athena', 'StopQueryExecution', id, z.unknown());
  throw new NotChecked(
    `no result within ${(POLLS * PAUSE_MS) / 1000} s`,
    'Athena did not get to the query in time; it was stopped.',
    'Run it again when the workgroup is less busy.',
  );
}

/** Trouble with the place of results, or with a key, is no error of the API but the reason of a query that failed. */
function failed(reason: string): Refusal {
  if (/access denied|not authorized|insufficient permission/i.test(reason))
    return refusal(
      'PERMISSION_MISSING',
      'the query failed for want of access',
      'The identity may start queries, and may not write their results or read what they need.',
      'Allow s3:GetBucketLocation, s3:ListBucket, s3:GetObject and s3:PutObject on the place of results, and glue:GetDatabase and glue:GetTable.',
    );
  return refusal(
    'ACCESS_DENIED',
    'the query failed',
    'Athena took the query and did not run it.',
    "Look it up in the workgroup's history; the place of results, its region and its encryption are the usual reasons.",
  );
}
