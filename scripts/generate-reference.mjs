// Writes docs/reference from what the compiled product itself says: settings, codes, roles, audit actions, kinds, commands, metrics and log lines. With --check it only compares.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { createCommandLine } from '../dist/cli/command-line.js';
import { EXIT_CODES } from '../dist/cli/report-error.js';
import { SETTINGS } from '../dist/config.js';
import { createCatalogue } from '../dist/connectors/catalogue.js';
import { AUDIT_ACTIONS } from '../dist/domain/audit/audit.js';
import { PARITY } from '../dist/domain/change/parity.js';
import { fieldMeta } from '../dist/domain/connector/connector.js';
import { RETRYABLE_PROBLEMS, VALIDATION_CODES } from '../dist/domain/connector/validation.js';
import { ERROR_CODES, RETRYABLE_CODES } from '../dist/domain/errors/errors.js';
import { ROLES } from '../dist/domain/token/actor.js';
import { LOG_EVENTS, LOG_FIELDS } from '../dist/log-events.js';
import { METRICS } from '../dist/server/metric-table.js';
import { COVERAGE } from '../dist/store/coverage.js';
import { sqliteTables } from '../dist/store/tables.js';
import { generatedFile, root } from './generated-file.mjs';

const settings = table(
  ['setting', 'default', 'what it does'],
  Object.entries(SETTINGS).map(([name, { default: value, description }]) => [code(name), value === '' ? 'none' : code(value), description]),
);
page(
  'settings',
  'Settings',
  'Environment variables, read once at the start. A value that cannot be used ends the start with one line that names the setting.',
  [settings],
);
generatedFile(
  'README.md',
  readFileSync(join(root, 'README.md'), 'utf8').replace(
    /(<!-- settings: [^>]*-->\n)[\s\S]*?(<!-- \/settings -->)/,
    (_, open, close) => `${open}${settings}\n${close}`,
  ),
);

page(
  'error-codes',
  'Error codes',
  'Every expected failure has one of these codes, in GraphQL as `extensions.code`; anything else is a fault of ours and is masked as INTERNAL. No error holds a value that a caller sent. On `/graphql` an answer to a document is 200 whatever its errors, as clients expect; 401, 413, 415, 429 and 503 are statuses there, too, and with `Accept: application/graphql-response+json` all are.',
  [
    table(
      ['code', 'HTTP status', 'may pass by itself', 'meaning', 'what to do'],
      Object.entries(ERROR_CODES).map(([name, { status, meaning, next }]) => [
        code(name),
        status,
        yes(RETRYABLE_CODES.has(name)),
        meaning,
        next,
      ]),
    ),
    '## Codes of a validation\n\nA failed validation is an answer, not an error. Each of its problems has one of these codes, a cause, a message for people, and a resolution.',
    table(
      ['code', 'may pass by itself', 'meaning'],
      Object.entries(VALIDATION_CODES).map(([name, meaning]) => [code(name), yes(RETRYABLE_PROBLEMS.has(name)), meaning]),
    ),
  ],
);

const tableOf = new Map(Object.entries(sqliteTables));
page(
  'tampering',
  'Tampering',
  'What stands against somebody who writes to the database, past the gateway and without the master key. He can destroy, and is seen; he gains nothing. A test changes every column of every table on both engines, deletes and copies rows of it, and puts older ones back.',
  [
    `## What is covered by what

Rows with a MAC are signed over all their columns but those that are named: with HMAC-SHA256, by a key that the database holds wrapped by the master key alone. The MAC is checked where the row is relied on, and a row that does not fit it is \`INTEGRITY\` with \`table\` and \`rowId\`; \`changeover doctor\` names all of them, and goes on. An update reads and checks the row first, so that none makes an altered row good. A listing tells of an altered row in its place, and serves the others; what the lead API lists of connections is shown as it is stored, and checked when one of them is used.`,
    table(
      ['table', 'covered by', 'not covered, and why that gains nothing'],
      Object.entries(COVERAGE).map(([key, entry]) => [
        code(getTableName(tableOf.get(key))),
        entry.by === 'mac' ? 'the MAC of each row' : entry.how,
        'unused' in entry
          ? ''
          : Object.entries(entry.except)
              .map(([column, why]) => `${code(getTableColumns(tableOf.get(key))[column].name)}: ${why}`)
              .join(' ') || 'nothing',
      ]),
    ),
    `## Whole rows

Whether a start, \`changeover doctor\` or \`changeover audit verify\` tells of a row that is deleted, of one that is copied under another id, and of older copies that are put back; or why that gains nothing.`,
    table(
      ['table', 'deletion', 'copy', 'older copies'],
      Object.entries(COVERAGE).flatMap(([key, entry]) =>
        'unused' in entry
          ? []
          : [[code(getTableName(tableOf.get(key))), ...['deletion', 'copy', 'replay'].map((what) => entry.rows[what] ?? 'told')]],
      ),
    ),
    `## Old copies

A MAC says that we wrote the row once, not that it is what we wrote last. Against an old copy that is put back:

- **Tokens, provider grants and destinations of secrets** are on one signed list with the MAC that each has now (\`authority_head\`). An old copy of one is \`INTEGRITY\`, and \`row-stale\` to \`doctor\`; one that was deleted is \`row-lost\`. Whoever puts back the whole list with all its rows has to meet a gateway that has seen no newer one: a running gateway refuses an older list. The audit has what was granted and revoked since; nothing compares it.
- **A connection** points at its version, and the version is labelled CURRENT: one without the other is \`INTEGRITY\`. Both of an earlier moment are a whole, older connection: \`doctor\` says which version is \`lost\`, since the audit knows it.
- **A policy** of before, put back on the connection while its version is the same, is believed; so is one that says that the connection is enabled, or not protected. The audit has the later \`connection.policy\`, \`connection.disable\` or \`connection.protect\`; \`doctor\` does not compare them.
- **A lease** that was ended can be live again until \`ends_by\`, at most a day, for the token that took it, which had these credentials before.
- **A change** that was ended can be open again for as long as its key lasts: its base version has to be the current one, and what it had sealed is destroyed.
- **A validation** counts for 15 minutes; a later failure that is deleted takes nothing away within them.
- **A session** that was ended can live again for what is left of its 12 hours.
- **The whole database** of an earlier moment is whole in itself. Anchors that are kept elsewhere tell, and only they: see \`CHANGEOVER_AUDIT_ANCHOR_FILE\`.

## The audit

\`changeover audit verify\` tells of an edited, missing, reordered or truncated row; of an audit that was wiped, whose head is gone or altered, or that does not begin with the start of the instance, without anchors, too. A head that is put back alone is told, too; together with the tail that is cut it needs an anchor.

Rows that are deleted within the second before they are sealed are told by the gateway that wrote them: each process remembers the rows that it committed, until it has seen them sealed. One that is gone meanwhile is in its log (\`audit rows lost\`, level error) and in the audit (\`audit.lost\`), and is \`lost\` to \`changeover audit verify\` and \`row-lost\` to \`changeover doctor\` from then on. A row is told by neither when its process is killed within that second, when nobody knows whether its commit took effect, or when more than 20,000 rows wait; of commits, \`doctor\` finds the version that is in no audit row.

Before an operation answers, it reads back its audit rows behind the commit: with something in the database that takes them away or changes them, nothing is revealed.

## The schema

A start compares tables, columns, defaults, constraints, indexes, triggers, views, rules and row policies with the migrations, and is refused when anything was added, changed or taken away (exit code 78). Only an index that an administrator added is let pass, if it is neither unique, nor partial, nor over expressions. On SQLite that goes for every object of the file; on PostgreSQL for our tables, and for what the search path makes of their names.`,
  ],
);

page(
  'roles',
  'Roles',
  'A role is a set of permissions; a token holds one or more. Only `job` takes leases: an administrator does not see what jobs get.',
  [
    table(
      ['role', 'permissions'],
      Object.entries(ROLES).map(([role, permissions]) => [code(role), permissions.map(code).join(' ')]),
    ),
  ],
);

page(
  'audit-actions',
  'Audit actions',
  'Everything that the audit log tells of; there are no other actions. Each row says when, by which token and from where, on what (`entity`, `entityId`), and in `details` what the action says below beside ids. No row holds a value that was given as a credential.',
  [
    table(
      ['action', 'what happened'],
      Object.entries(AUDIT_ACTIONS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ],
);

page(
  'kinds',
  'Kinds',
  'What each kind of connection takes, and how it is checked. A field marked *destination* says where secrets are sent: who changes it gives the secrets again.',
  createCatalogue()
    .all()
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .flatMap(kind),
);

page(
  'cli',
  'Command line',
  "The commands work on the gateway that runs on the data directory, or open its store when none runs. With `CHANGEOVER_URL` and `CHANGEOVER_TOKEN` they work on a remote one, with that token's rights. Secrets come from standard input or a prompt, never from an argument.",
  [
    ...commands(createCommandLine(), []),
    '## Exit codes\n\nErrors go to standard error: a line that says what is wrong, one that says what to do next; with `--json`, a JSON object.',
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_CODES).map(([value, meaning]) => [code(value), meaning]),
    ),
  ],
);

page(
  'metrics',
  'Metrics',
  'What `GET /metrics` tells, in the text format of Prometheus; it needs no token and asks the store at most once a second. Labels hold words of closed lists: never an id, a name that somebody chose, or a value. Counters begin with the process, and each replica has its own. Beside these there are the usual ones of the process and of Node, prefixed `changeover_process_` and `changeover_nodejs_`.',
  [
    table(
      ['metric', 'type', 'labels', 'what it counts'],
      Object.entries(METRICS).map(([name, { type, help, labels }]) => [
        code(name),
        type,
        Object.entries(labels)
          .map(([label, values]) => `${code(label)}: ${values}`)
          .join('; '),
        help,
      ]),
    ),
  ],
);

page(
  'log',
  'Log',
  'One JSON object a line, on standard error, from the level of `CHANGEOVER_LOG_LEVEL` on. Each has `level`, `time`, `msg`, which is one of the events below, and the fields of that event. A line holds names, ids, codes and counts: never a variable, a body, a header, a secret or the message of an error; a text is cut at 200 characters, and what would act on a terminal or end the line is escaped. A reader that stops reading costs lines, those at `debug` first, and holds nothing up.',
  [
    table(
      ['event', 'level', 'when', 'fields'],
      Object.entries(LOG_EVENTS).map(([name, { level, says, fields }]) => [code(name), level, says, fields.map(code).join(' ')]),
    ),
    '## Fields',
    table(
      ['field', 'what it is'],
      Object.entries(LOG_FIELDS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ],
);

function page(name, title, lead, parts) {
  generatedFile(
    `docs/reference/${name}.md`,
    `${['<!-- Generated by scripts/generate-reference.mjs. -->', `# ${title}`, lead, ...parts].join('\n\n')}\n`,
  );
}

function kind({ kind: name, title, category, family, fields, validators, driver }) {
  return [
    `## ${title} (\`${name}\`)`,
    [
      `Category: ${category}.`,
      ...(family === null ? [] : [`In the lead API it is a \`${family.kind}\` with \`${family.discriminator}: "${name}"\`.`]),
      ...(driver === null ? [] : [`Its driver is optional: \`${driver.install}\`.`]),
    ].join(' '),
    table(
      ['field', 'role', 'required', 'what it is'],
      Object.entries(fields).flatMap(([key, schema]) => field(key, schema, '')),
    ),
    table(
      ['validator', 'runs', 'what it checks'],
      validators.map(({ name: validator, mandatory, after, description }) => [
        code(validator),
        [
          mandatory ? 'before every commit' : validator === PARITY ? 'before a commit that replaces a version' : 'when asked',
          ...(after.length === 0 ? [] : [`after ${after.map(code).join(', ')}`]),
        ].join(', '),
        description,
      ]),
    ),
  ];
}

function field(key, schema, prefix) {
  const { role, endpoint, names, title, description, members } = fieldMeta(schema, prefix + key);
  const spellings = [
    ...(names.lead === undefined || names.lead === key ? [] : [`${code(names.lead)} in the lead API`]),
    ...(names.selfHosted === undefined ? [] : [`${Object.keys(names.selfHosted).map(code).join(' or ')} in a secret that stays outside`]),
  ];
  const spelling = spellings.length === 0 ? '' : ` (${spellings.join('; ')})`;
  const row = [
    `${code(prefix + key)}${spelling}`,
    endpoint === null ? role : `${role}, destination`,
    prefix === '' && !schema.safeParse(undefined).success ? 'yes' : 'no',
    description ?? title ?? '',
  ];
  return [row, ...Object.entries(members ?? {}).flatMap(([member, inner]) => field(member, inner, `${prefix}${key}.`))];
}

/** Depth first, groups by their commands. */
function commands(command, path) {
  return command.commands
    .filter((sub) => sub.name() !== 'help')
    .flatMap((sub) => {
      const name = [...path, sub.name()];
      if (sub.commands.length > 0) return commands(sub, name);
      const usage = [
        'changeover',
        ...name,
        ...sub.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)),
      ].join(' ');
      const rows = [
        ...sub.registeredArguments.map((argument) => [code(argument.name()), argument.description]),
        ...sub.options.map((option) => [code(option.flags), option.description + (option.mandatory ? ' (required)' : '')]),
      ];
      return [
        `## ${code(usage)}`,
        sentence(sub.description()),
        ...(rows.length === 0 ? [] : [table(['argument or option', 'what it is'], rows)]),
      ];
    });
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function yes(holds) {
  return holds ? 'yes' : '';
}

function code(text) {
  return `\`${text}\``;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(header), line(header.map(() => '--')), ...rows.map(line)].join('\n');
}
