import { linkSync, renameSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { createFirstUses } from '../../support/protocol/first-uses.ts';
import { ACQUIRE, codeOf, POLICY, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { createSecretFolder, type Doorman, GRANT, startDoorman } from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const HOSTLESS = { signing_secret: 'a signing secret in a file', header_name: 'x-pass', header_value: 'first' };
const DISCARD = 'mutation ($key: String!) { discardChange(tempCredentialsKey: $key) { success } }';
const ALLOW =
  'mutation ($c: UUID, $n: UUID, $p: UUID) { allowSecretDestination(changeId: $c, connectionId: $n, projectId: $p) { path destination } }';
const RELEASE = 'mutation ($path: String!) { releaseSecret(provider: file, path: $path) { success } }';
const DESTINATIONS = '{ secretDestinations { edges { node { path member destination } } } }';
const CHANGES = '{ changes(first: 1) { edges { node { id } } } }';
const AUDIT = 'query ($a: [String!]) { auditLog(filter: { actions: $a }) { edges { node { action details } } } }';

/** A secret that leaves it to the connection to say where it is sent, on the given engine: whoever may make references may not choose where it goes. */
describeOnEachEngine('where secrets may be sent', ({ databaseUrl }) => {
  const secrets = createSecretFolder();
  let bench: ProtocolBench;
  let admin: TestToken;
  let first: Doorman;
  let other: Doorman;
  let uses: ReturnType<typeof createFirstUses>;
  let made = 0;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    [first, other] = await Promise.all([startDoorman('first'), startDoorman('first')]);
    admin = await bench.gateway.token('admin');
    uses = createFirstUses(bench.gateway, admin);
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
  });
  afterAll(async () => {
    first.close();
    other.close();
    await bench.close();
  });
  const keep = (content: object = HOSTLESS) => {
    made += 1;
    return secrets.write(`destination-${made}.json`, content);
  };
  const use = (path: string, at: Doorman, key: string | null = null) => uses.validateNew(path, { url: at.url }, key);
  /** How many times the secret came to each of the two, since it was asked last. */
  const came = () => [first, other].map(({ sent }) => sent.splice(0).length);
  beforeEach(() => void came());
  const lastChange = async () => (await bench.gateway.graphql(CHANGES)).data.changes.edges[0].node.id as string;

  test('a secret goes to the destination of its first use alone, whoever names another one', async () => {
    const path = keep();
    const [to, away] = [await use(path, first), await use(path, other)];
    const byOwner = await createFirstUses(bench.gateway, bench.gateway.owner).validateNew(path, { url: other.url }, null);
    expect({ to, away, byOwner, came: came() }).toEqual({ to: 'passed', away: 'SECRET_BOUND', byOwner: 'SECRET_BOUND', came: [1, 0] });
  });

  test('it is bound by a change that was discarded, by one that was never committed, and by a test that stores nothing', async () => {
    const paths = [keep(), keep(), keep()] as const;
    const key = await uses.stageNew(paths[0], { url: first.url }, null);
    await uses.validate(key);
    await bench.gateway.graphql(DISCARD, { key }, admin);
    await use(paths[1], first);
    // A login that is refused has been tried all the same.
    secrets.write(paths[2].slice(secrets.folder.length + 1), { ...HOSTLESS, header_value: 'wrong' });
    await use(paths[2], first);
    came();
    const outcomes = [];
    for (const path of paths) outcomes.push(await use(path, other));
    expect({ outcomes, came: came() }).toEqual({ outcomes: ['SECRET_BOUND', 'SECRET_BOUND', 'SECRET_BOUND'], came: [0, 0] });
  });

  test('an update of another connection, a one-shot update and an enabling obey it, too', async () => {
    const path = keep();
    const id = await uses.addNew(path, { url: first.url });
    const asleep = await uses.addNew(path, { url: other.url }, false);
    const sealed = await bench.add();
    came();
    const outcomes = [
      await uses.validate(await uses.stageUpdate(id, path, { url: other.url })),
      codeOf(await uses.updateAtOnce(id, path, { url: other.url })),
      await uses.validate(await uses.stageUpdate(sealed, path, { url: other.url })),
      codeOf(await uses.enable(asleep)),
      codeOf(await bench.gateway.graphql(ACQUIRE, { id }, bench.job)),
    ];
    expect({ outcomes, came: came() }).toEqual({
      outcomes: ['SECRET_BOUND', 'VALIDATION_FAILED', 'SECRET_BOUND', 'VALIDATION_FAILED', 'ok'],
      came: [0, 0],
    });
  });

  test('a commit without proof of another destination is refused before a job could be sent there', async () => {
    const path = keep();
    const id = await uses.addNew(path, { url: first.url });
    await bench.gateway.graphql(POLICY, { id, policy: { commitPolicy: 'ADVISORY' } });
    const answer = await bench.gateway.graphql(
      'mutation ($id: UUID!, $key: String!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $key) { version } }',
      { id, key: await uses.stageUpdate(id, path, { url: other.url }) },
      admin,
    );
    expect({ answer: codeOf(answer), current: (await bench.labels(id))[0] }).toEqual({ answer: 'VALIDATION_FAILED', current: '1 CURRENT' });
  });

  test('another way to the same file, and another way to the same member, is the same secret', async () => {
    const [one, nested] = [keep(), keep({ connect_args: HOSTLESS, sales: { connect_args: HOSTLESS } })];
    symlinkSync(one, `${one}.link`);
    linkSync(one, `${one}.hard`);
    await use(one, first);
    await use(nested, first);
    await use(nested, first, 'sales');
    came();
    const outcomes = [
      await use(`${one}.link`, other),
      await use(`${one}.hard`, other),
      await use(nested, other, 'connect_args'),
      await use(nested, other, 'sales'),
      await use(`${one}.link`, first),
    ];
    expect({ outcomes, came: came() }).toEqual({
      outcomes: ['SECRET_BOUND', 'SECRET_BOUND', 'SECRET_BOUND', 'SECRET_BOUND', 'passed'],
      came: [1, 0],
    });
  });

  test('a new value of a secret is bound as the old one was, also where its manager puts another file in its place', async () => {
    const path = keep();
    await use(path, first);
    symlinkSync(path, `${path}.link`);
    renameSync(keep({ ...HOSTLESS, header_value: 'second' }), path);
    came();
    expect({ byPath: await use(path, other), byLink: await use(`${path}.link`, other), came: came() }).toEqual({
      byPath: 'SECRET_BOUND',
      byLink: 'SECRET_BOUND',
      came: [0, 0],
    });
  });

  test('of racing first uses with two destinations those with one of them go through', async () => {
    for (let round = 0; round < 4; round += 1) {
      const path = keep();
      symlinkSync(path, `${path}.link`);
      const keys = await Promise.all(
        [first, other, first, other].map((at, index) => uses.stageNew(index < 2 ? path : `${path}.link`, { url: at.url }, null)),
      );
      came();
      const outcomes = await Promise.all(keys.map((key) => uses.validate(key)));
      const won = outcomes[0] === 'passed' ? [2, 0] : [0, 2];
      expect({ came: came(), outcomes }).toEqual({ came: won, outcomes: won[0] === 2 ? PASSING : [...PASSING].reverse() });
    }
  });

  test('what only gets stricter is no other destination, and what gets looser is one', async () => {
    const path = keep({ user: 'loader', password: 'p' });
    const at = { host: '127.0.0.1', port: Number(new URL(first.url).port), database: 'd' };
    const validate = (ssl: object) => uses.validateNew(path, { ...at, ...ssl }, null, 'postgres');
    const outcomes = [
      await validate({}),
      await validate({ sslOptions: { verifyIdentity: true } }),
      await validate({ sslOptions: { disabled: true } }),
    ];
    expect(outcomes.map((code) => code === 'SECRET_BOUND')).toEqual([false, false, true]);
  });

  test('another kind, and another port of the same host, is another destination', async () => {
    const path = keep({ user: 'loader', password: 'p', url: undefined });
    const at = { host: '127.0.0.1', port: 1, database: 'd' };
    await uses.validateNew(path, at, null, 'postgres');
    expect({
      otherPort: await uses.validateNew(path, { ...at, port: 2 }, null, 'postgres'),
      otherKind: await uses.validateNew(path, { host: at.host, port: 1, database: 'd' }, null, 'mysql'),
    }).toEqual({ otherPort: 'SECRET_BOUND', otherKind: 'SECRET_BOUND' });
  });

  test('an operator allows a further destination, or releases the secret, and both are audited; nobody else does', async () => {
    const { gateway } = bench;
    const path = keep();
    await use(path, first);
    const refused = await use(path, other);
    const changeId = await lastChange();
    const owner = await gateway.token('owner');
    const denied = [codeOf(await gateway.graphql(ALLOW, { c: changeId }, admin)), codeOf(await gateway.graphql(RELEASE, { path }, owner))];
    const allowed = codeOf(await gateway.graphql(ALLOW, { c: changeId }));
    const both = [await use(path, first), await use(path, other)];
    const listed = (await gateway.graphql(DESTINATIONS, {}, admin)).data.secretDestinations.edges
      .map(({ node }: { node: { path: string; destination: { url: string } } }) => node)
      .filter((node: { path: string }) => node.path === path);
    await gateway.graphql(RELEASE, { path });
    const anew = [await use(path, other), await use(path, first)];
    const rows = (await gateway.graphql(AUDIT, { a: ['secret.bind', 'secret.allow', 'secret.release'] })).data.auditLog.edges
      .map(({ node }: { node: { action: string; details: { path: string } } }) => node)
      .filter(({ details }: { details: { path: string } }) => details.path === path)
      .map(({ action }: { action: string }) => action);
    expect({ refused, denied, allowed, both, listed: listed.length, anew, rows }).toEqual({
      refused: 'SECRET_BOUND',
      denied: ['FORBIDDEN', 'FORBIDDEN'],
      allowed: 'ok',
      both: ['passed', 'passed'],
      listed: 2,
      anew: ['passed', 'SECRET_BOUND'],
      rows: ['secret.bind', 'secret.release', 'secret.allow', 'secret.bind'],
    });
  });

  test('whoever edits the table makes no destination, and no first use again', async () => {
    const [edited, deleted] = [keep(), keep()];
    await use(edited, first);
    await use(deleted, first);
    const [, port] = /:(\d+)\//.exec(first.url) ?? [];
    const [, evil] = /:(\d+)\//.exec(other.url) ?? [];
    await bench.sql(`update secret_destinations set parts = replace(parts, ':${port}', ':${evil}') where path = '${edited}'`);
    await bench.sql(`delete from secret_destinations where path = '${deleted}'`);
    came();
    expect({ edited: await use(edited, other), deleted: await use(deleted, other), came: came() }).toEqual({
      edited: 'INTEGRITY',
      deleted: 'INTEGRITY',
      came: [0, 0],
    });
    await bench.sql(`delete from secret_destinations where path in ('${edited}', '${deleted}')`);
  });
});

const PASSING = ['passed', 'SECRET_BOUND', 'passed', 'SECRET_BOUND'];
