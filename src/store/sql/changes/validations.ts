import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Comparison, ValidationReaders, ValidationRecord, ValidationWriters } from '../../../domain/change/proof/validation-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { verified, verifiedOne } from '../signing/read-signed.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';

/** Only the columns that the MAC covers: the rest of a check's answer may be long. */
function believed(validations: Tables['validations']) {
  const { description: _description, warnings: _warnings, data: _data, ...columns } = getTableColumns(validations);
  return columns;
}

const latestOutcomes = prepared('validations_outcomes', (db, { validations }) => {
  const columns = believed(validations);
  const statement = db
    .select(columns)
    .from(validations)
    .where(and(eq(validations.candidateHash, sql.placeholder('candidateHash')), eq(validations.projectId, sql.placeholder('projectId'))))
    .orderBy(desc(validations.finishedAt), desc(validations.id))
    .limit(atMost(200));
  return { columns, statement };
});
/** Its index is by candidate: one candidate has few runs. */
const latestComparison = prepared('validations_comparison', (db, { validations }) => {
  const columns = believed(validations);
  const statement = db
    .select(columns)
    .from(validations)
    .where(
      and(
        eq(validations.candidateHash, sql.placeholder('candidateHash')),
        eq(validations.projectId, sql.placeholder('projectId')),
        eq(validations.validator, sql.placeholder('validator')),
        eq(validations.comparedWith, sql.placeholder('comparedWith')),
      ),
    )
    .orderBy(desc(validations.finishedAt), desc(validations.id))
    .limit(atMost(1));
  return { columns, statement };
});
const insertValidation = signedInsert('validations_insert', ({ validations }) => validations);

export function validationReaders(source: SignedSource, tables: Tables): ValidationReaders {
  return {
    async passed(projectId, candidateHash, since) {
      const rows = verified<Outcome>(source, tables.validations, await latestOutcomes(source, tables, { projectId, candidateHash }));
      // The newest run of each validator: a later failure makes an earlier proof worthless.
      const newest = new Map(rows.toReversed().map((run) => [run.validator, run]));
      return [...newest.values()]
        .filter(({ status, finishedAt }) => finishedAt >= since && (status === 'passed' || status === 'warning'))
        .map(({ validator }) => validator);
    },
    async isRecorded(projectId, id) {
      const { validations } = tables;
      const rows = await source.db
        .select({ id: validations.id })
        .from(validations)
        .where(and(eq(validations.id, id), eq(validations.projectId, projectId)));
      return rows.length > 0;
    },
    async comparison(projectId, candidateHash, { validator, comparedWith, since }) {
      const found = verifiedOne<Comparison>(
        source,
        tables.validations,
        await latestComparison(source, tables, { projectId, candidateHash, validator, comparedWith }),
      );
      return found !== null && found.finishedAt >= since ? found : null;
    },
  };
}

type Outcome = Pick<ValidationRecord, 'validator' | 'status' | 'finishedAt'>;

export function validationWriters(tx: SignedTransaction, tables: Tables): ValidationWriters {
  return { record: (validation) => insertValidation(tx, tables, validation), ...validationReaders(tx, tables) };
}
