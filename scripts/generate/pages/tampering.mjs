import { getTableColumns, getTableName } from 'drizzle-orm';
import { COVERAGE } from '../../../build/store/tables/coverage.js';
import { sqliteTables } from '../../../build/store/tables/tables.js';
import { code, page, table } from '../markdown.mjs';

const tableOf = new Map(Object.entries(sqliteTables));

export default page(
  'tampering',
  'Tampering',
  'What stands against somebody who writes to the database, past the gateway and without the master key. He can destroy, and is seen; he gains nothing. A test changes every column of every table on both engines, deletes and copies rows of it, and puts older ones back.',
  [
    `## What is covered by what

Rows with a MAC are signed over all their columns but those that are named: with HMAC-SHA256, by a key that the database holds wrapped by the master key alone. The MAC is checked where the row is relied on, and a row that does not fit it is \`INTEGRITY\` with \`table\` and \`rowId\`; \`changeover doctor\` names all of them, and goes on. An update reads and checks the row first, so that none makes an altered row good. A listing tells of an altered row in its place, and serves the others; where the published list holds no null, the row is left out and the error stands beside the answer, with the path of the list; a list of a REST API leaves it out, and the log says so. What the lead API lists of connections is shown as it is stored, and checked when one of them is used.`,
    table(
      ['table', 'covered by', 'not covered, and why that gains nothing'],
      Object.entries(COVERAGE).map(([key, entry]) => [
        code(getTableName(tableOf.get(key))),
        entry.by === 'mac' ? 'the MAC of each row' : entry.how,
        Object.entries(entry.except)
          .map(([column, why]) => `${code(getTableColumns(tableOf.get(key))[column].name)}: ${why}`)
          .join(' ') || 'nothing',
      ]),
    ),
    `## Whole rows

Whether a start, \`changeover doctor\` or \`changeover audit verify\` tells of a row that is deleted, of one that is copied under another id, and of older copies that are put back; or why that gains nothing.`,
    table(
      ['table', 'deletion', 'copy', 'older copies'],
      Object.entries(COVERAGE).map(([key, entry]) => [
        code(getTableName(tableOf.get(key))),
        ...['deletion', 'copy', 'replay'].map((what) => entry.rows[what] ?? 'told'),
      ]),
    ),
    `## Old copies

A MAC says that we wrote the row once, not that it is what we wrote last. Against an old copy that is put back:

- **Tokens, provider grants, AWS roles, destinations of secrets and account secrets** are on one signed list with the MAC that each has now (\`authority_head\`). An old copy of one is \`INTEGRITY\`, and \`row-stale\` to \`doctor\`; one that was deleted is \`row-lost\`. Whoever puts back the whole list with all its rows has to meet a gateway that has seen no newer one: a running gateway refuses an older list. The audit has what was granted and revoked since; nothing compares it.
- **A connection** points at its version, and the version is labelled CURRENT: one without the other is \`INTEGRITY\`. Both of an earlier moment are a whole, older connection: \`doctor\` says which version is \`lost\`, since the audit knows it.
- **A connection** of before, put back with another policy or name, as enabled or as not protected while its version is the same, is \`row-stale\` to \`doctor\`: the audit row of each such change has the \`revision\` of the connection that it made, and a revision is higher than the one before. So is one that was removed. Until then it is believed.
- **A lease** that was ended can be live again until \`ends_by\`, at most a day, for the token that took it, which had these credentials before. \`doctor\` names it \`row-stale\` within that day, since the audit knows its end.
- **A change** that was ended can be open again for as long as its key lasts: its base version has to be the current one, and what it had sealed is destroyed. One that was discarded is \`row-stale\` to \`doctor\` within that day.
- **A validation** counts for 15 minutes. A later failure that is deleted takes nothing away within them, and is \`row-lost\` to \`doctor\`, since the audit knows its id. What passed did pass: nothing is proven that was not.
- **A session** that was ended can live again for what is left of its 12 hours, for the browser that had it. \`doctor\` names it \`row-stale\` within that time, since the audit knows its end.
- **Records of dialects**, which are no connections, may say what they said before: an association, an environment, a list of who is shown something. No credential is given and no proof is made by them.
- **The whole database** of an earlier moment is whole in itself. Anchors that are kept elsewhere tell, and only they: see \`CHANGEOVER_AUDIT_ANCHOR_FILE\`.

## The audit

\`changeover audit verify\` tells of an edited, missing, reordered or truncated row; of an audit that was wiped, whose head is gone or altered, or that does not begin with the start of the instance, without anchors, too. A head that is put back alone is told, too; together with the tail that is cut it needs an anchor.

Rows that are deleted within the second before they are sealed are told by the gateway that wrote them: each process remembers the rows that it committed, until it has seen them sealed. One that is gone meanwhile is in its log (\`audit rows lost\`, level error) and in the audit (\`audit.lost\`), and is \`lost\` to \`changeover audit verify\` and \`row-lost\` to \`changeover doctor\` from then on. A row is told by neither when its process is killed within that second, when nobody knows whether its commit took effect, or when more than 20,000 rows wait; of commits, \`doctor\` finds the version that is in no audit row.

Before an operation is committed, it reads back its audit rows: with something in the database that takes them away or changes them as they are written, nothing is done. A trigger of PostgreSQL may wait for the commit; so there they are read back behind it once more, and with one nothing is revealed.

## The schema

A start compares tables, columns, defaults, constraints, indexes, triggers, views, rules and row policies with the migrations, and is refused when anything was added, changed or taken away (exit code 78). Only an index that an administrator added is let pass, if it is neither unique, nor partial, nor over expressions. On SQLite that goes for every object of the file; on PostgreSQL for our tables, and for what the search path makes of their names.

\`changeover doctor\` and \`changeover audit verify\` compare the tables in use as well, so that a trigger which was put into the store of a running gateway is told: \`schema-altered\`.`,
  ],
);
