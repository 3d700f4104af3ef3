import { defineConnector } from '../../domain/connector/define-connector.ts';
import { optionalDriver } from '../kits/driver.ts';
import { type Meanings, refusal, says } from '../kits/problems.ts';
import { mayNotRead, readsNothing } from '../kits/sql/readable-schemas.ts';
import { serverProblem } from '../kits/sql/server-problem.ts';
import { protectionWarning } from '../kits/sql/sql-session.ts';
import { wrongPassword } from '../kits/sql/usual-refusals.ts';
import { describing, type System, usualValidators } from '../kits/usual-validators.ts';
import { describeCollections } from './describe-collections.ts';
import { fields, type MongodbDetails, rules } from './fields.ts';
import { type MongodbSession, withMongodb } from './mongodb-session.ts';
import { administratorRoles, grantRoles, listCollections, lossesBetween, mayFind, readRights } from './rights.ts';

const TITLE = 'MongoDB';
const REFUSED = wrongPassword(
  'Check both, and authSource: a user is known in the database that it was made in alone, which is admin as a rule.',
);

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const REFUSALS: Meanings<MongodbDetails> = {
  11: REFUSED,
  18: REFUSED,
  8000: REFUSED,
  13: 'ACCESS_DENIED',
  91: 'PROVIDER_DOWN',
  11600: 'PROVIDER_DOWN',
  11602: 'PROVIDER_DOWN',
  13436: 'PROVIDER_DOWN',
  46841: 'RATE_LIMITED',
  334: says('CREDENTIALS_REJECTED', 'The user has no password that SCRAM could prove.', 'Give the user one, or name another user.'),
  TLS_UNAVAILABLE: says(
    'TLS_UNAVAILABLE',
    'TLS was asked for, and this port does not speak it.',
    'Turn TLS on at the server (net.tls.mode), or leave sslOptions out if the network is trusted.',
  ),
};

const system: System<MongodbDetails, MongodbSession> = {
  title: TITLE,
  reach: ({ credentials: { host, port }, egress }) => egress.probeTcp(host, port),
  withSession: withMongodb,
  async connection({ command, protection }, { credentials: { database } }) {
    const { ok } = await command(database, { ping: 1 });
    if (Number(ok) !== 1)
      throw refusal(
        'PROTOCOL_ERROR',
        'ping was not answered with 1',
        'What answered does not behave like a server of this kind.',
        'Check the address; a proxy or another service may be answering there.',
      );
    return { warnings: protectionWarning(protection) };
  },
  async identity(session) {
    const rights = await readRights(session);
    const { user, db, roles } = rights;
    const all = administratorRoles(rights);
    const revoke = `run: db.getSiblingDB(${JSON.stringify(db)}).revokeRolesFromUser(${JSON.stringify(user)}, ${JSON.stringify(all)})`;
    return { who: { user, authSource: db, roles }, administrator: all.length === 0 ? null : revoke };
  },
  async permissions(session, { credentials: { database } }) {
    const rights = await readRights(session);
    const mend = grantRoles(rights, [{ role: 'read', db: database }]);
    const seen = await listCollections(session, database);
    const readable = seen.filter((name) => mayFind(rights, database, name));
    if (readable.length === 0 && !mayFind(rights, database, '')) return { errors: [readsNothing(mend)] };
    const unreadable = seen.filter((name) => !readable.includes(name)).slice(0, 20);
    return {
      warnings: unreadable.map((name) => mayNotRead(`"${database}"."${name}"`, mend)),
      data: { tablesValidated: readable.slice(0, 100) },
    };
  },
  parity: {
    login: ({ user, database, authSource = database }) => (user === undefined ? undefined : `${user} of ${authSource}`),
    on: ['host', 'port'],
    // A user sees its own privileges alone, so both log in.
    comparesLogins: true,
    losses: async (session, inUse) => lossesBetween(await inUse.read(readRights), await readRights(session)),
  },
  explain: (error, { credentials: details, egress }) =>
    serverProblem(error, { title: TITLE, refusals: REFUSALS, details, own: null, network: egress.firstFailure() }),
};

export default defineConnector({
  kind: 'mongodb',
  title: TITLE,
  category: 'database',
  fields,
  rules,
  driver: optionalDriver({ mongodb: '7' }),
  speaks: "MongoDB's wire protocol, with SCRAM",
  leastPrivileges: [
    'db.getSiblingDB("<database>").createUser({ user: "<user>", pwd: "<password>", roles: [{ role: "read", db: "<database>" }] })',
  ],
  tested: { against: 'fake', what: 'a fake of the login exchange and of commands, which checks proofs of passwords', client: 'mongodb' },
  validators: usualValidators(system),
  describe: describing(system, (session, { credentials: { database }, options: { describes } }) =>
    describeCollections(session, database, describes ?? { schema: null, tables: null }),
  ),
});
