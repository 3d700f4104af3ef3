import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { secretsToReenter } from '../../src/domain/connection/destination/secret-reentry.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { fieldsOf, splitDetails } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { fieldMeta } from '../../src/domain/connector/field.ts';
import { VALIDATION_CODES } from '../../src/domain/connector/validation.ts';
import type { ValidationOutcome, ValidatorRunner } from '../../src/domain/connector/validator-runner.ts';
import { createWorkerThreads, type WorkerThreads } from '../../src/egress/worker-threads.ts';
import { catalogue, createTestPool, LOOPBACK, runValidator } from '../support/connectors/validate.ts';
import { freePort } from '../support/servers/embedded-postgres.ts';

export interface ConnectorCase {
  /** Details that every validator passes, and the same with a wrong secret. */
  good(): Details;
  /** The details with their destination replaced. */
  at(host: string, port: number): Details;
  /** The details with this text as every secret. */
  withSecret(canary: string): Details;
  /** The system has no call that proves a secret and does nothing else: a check says so as a warning, where others refuse a wrong one. */
  readonly unproven?: true;
}

/** The definition of a connector: every kind passes every case. */
export function describeConnector(kind: string, given: ConnectorCase): void {
  describe(`the connector ${kind}`, () => {
    const connector = catalogue.find(kind);
    if (connector === null) throw new Error(`no kind ${kind}`);
    let threads: WorkerThreads;
    let pool: ValidatorRunner;
    /** Runs out of time while the other tests run, in the same threads. */
    let stuck: Promise<ValidationOutcome>;
    beforeAll(() => {
      threads = createWorkerThreads(LOOPBACK);
      pool = createTestPool({ deadlineMs: 60_000, threads });
      stuck = runAgainstSilence(threads, kind, given);
      // Where its test is not run, nobody waits for it, and the pool is closed before it ends.
      stuck.catch(() => {});
    });
    afterAll(() => pool.close());

    test('the catalogue says what it speaks and what it is tested with', () => {
      expect({ speaks: connector.speaks, tested: connector.tested }).toEqual({
        speaks: expect.stringMatching(/./),
        tested: expect.objectContaining({ against: expect.stringMatching(/^(server|fake)$/), what: expect.stringMatching(/./) }),
      });
    });

    test('every field is a setting, a secret or a group of them, with a description', () => {
      const undescribed = Object.entries(connector.fields)
        .filter(([key, schema]) => fieldMeta(schema, key).description === null)
        .map(([key]) => key);
      expect(undescribed).toEqual([]);
    });

    test('secrets are split from settings, and no setting holds one', () => {
      const canary = `CNRY${randomBytes(24).toString('hex')}`;
      const { settings, secrets } = splitDetails(connector, parseDetails(connector, given.withSecret(canary)));
      expect({ inSettings: JSON.stringify(settings).includes(canary), inSecrets: JSON.stringify(secrets).includes(canary) }).toEqual({
        inSettings: false,
        inSecrets: true,
      });
    });

    test('a stored secret goes only where it was saved for: each field that says where wants it again (#56, #57, N6)', () => {
      const base = parseDetails(connector, given.good());
      const elsewhere = parseDetails(connector, given.at('elsewhere.example.com', 1));
      const stays = (key: string) => fieldsOf(connector).some((field) => field.key === key && field.meta.neverSent);
      const leaving = Object.keys(splitDetails(connector, base).secrets).filter((key) => !stays(key));
      const stored = leaving.map((key) => leadName(key, connector.fields[key]));
      const outcomes = Object.entries(connector.fields).flatMap(([key, schema]) => {
        const { endpoint } = fieldMeta(schema, key);
        if (endpoint === null) return [];
        const other = [elsewhere[key], ...ELSEWHERE].find(
          (value) =>
            schema.safeParse(value).success &&
            endpoint.part(value) !== endpoint.part(base[key]) &&
            endpoint.stricter?.(endpoint.part(base[key]), endpoint.part(value)) !== true,
        );
        const asked = secretsToReenter(connector, base, { ...base, [key]: other }, { [key]: other });
        // A group is replaced whole, so the secrets in it are given again with it.
        const others = stored.filter((name) => name !== leadName(key, schema));
        return [[key, other !== undefined && others.every((name) => asked.some((path) => path.split('.')[0] === name))]];
      });
      expect({ isAsked: outcomes.length > 0, unasked: outcomes.filter(([, isAsked]) => isAsked !== true) }).toEqual({
        isAsked: true,
        unasked: [],
      });
    });

    test('every validator passes with good credentials', async () => {
      const outcomes = [];
      for (const { name } of connector.validators) outcomes.push([name, (await runValidator(pool, kind, name, given.good())).errors]);
      expect(outcomes).toEqual(connector.validators.map(({ name }) => [name, []]));
    });

    const seen = given.unproven ? 'a SKIPPED warning, since nothing proves it' : 'CREDENTIALS_REJECTED';
    test(`a wrong secret is ${seen}, and is echoed in no form (O1, #38)`, async () => {
      const canary = `CNRY${randomBytes(24).toString('hex')}`;
      const outcome = await runValidator(pool, kind, 'validate_connection', given.withSecret(canary));
      expect({
        errors: outcome.errors.map(({ code }) => code),
        ...(given.unproven ? { warned: outcome.warnings.map(({ code }) => code).includes('SKIPPED') } : {}),
        shown: formsOf(canary).filter((form) => JSON.stringify(outcome).includes(form)),
      }).toEqual({ ...(given.unproven ? { errors: [], warned: true } : { errors: ['CREDENTIALS_REJECTED'] }), shown: [] });
    });

    test('an unknown host, a closed port and a denied address are told apart, each with three texts and a listed code', async () => {
      const closed = await freePort();
      const strict = createTestPool({ policy: { allow: [], own: [] } });
      const outcomes = [
        await runValidator(pool, kind, 'validate_connection', given.at('nobody.invalid', 5432)),
        await runValidator(pool, kind, 'validate_connection', given.at('127.0.0.1', closed)),
        await runValidator(strict, kind, 'validate_connection', given.at('127.0.0.1', closed)),
        await runValidator(pool, kind, 'validate_connection', given.at('169.254.169.254', 80)),
      ];
      await strict.close();
      expect(outcomes.map(({ errors }) => errors.map(({ code }) => code))).toEqual([
        ['HOST_UNRESOLVED'],
        ['PORT_CLOSED'],
        ['EGRESS_DENIED'],
        ['EGRESS_DENIED'],
      ]);
      expect(outcomes.flatMap(incomplete)).toEqual([]);
    });

    test('a server that never answers is given up at the deadline, and the next run works (F23)', async () => {
      const silent = await stuck;
      const next = await runValidator(pool, kind, 'validate_connection', given.good());
      expect({ silent: silent.errors.map(({ code }) => code), next: next.errors }).toEqual({ silent: ['TIMEOUT'], next: [] });
    });
  });
}

/** Milliseconds in which a connector of which all is loaded has dialled; on a busy machine it may need the most. */
const DIALS = { usual: 250, most: 60_000 } as const;

/** What becomes of a run whose server takes connections and never says a word. One that ended before the server was dialled has seen no silence. */
async function runAgainstSilence(threads: WorkerThreads, kind: string, given: ConnectorCase): Promise<ValidationOutcome> {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  try {
    for (let deadlineMs: number = DIALS.usual; ; deadlineMs *= 2) {
      const pool = createTestPool({ deadlineMs, threads });
      const outcome = await runValidator(pool, kind, 'validate_connection', given.at('127.0.0.1', port));
      if (sockets.size > 0) return outcome;
      if (deadlineMs > DIALS.most) throw new Error(`${kind} does not dial the server that it is given`);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
}

/** Values of whatever type a field that says where secrets go may have. */
const ELSEWHERE = [
  'https://elsewhere.example.com',
  'elsewhere',
  'http',
  { disabled: true },
  { skipCertVerification: true },
  { url: 'https://elsewhere.example.com', username: 'u', password: 'p' },
  { clientId: 'c', clientSecret: 's', accessTokenEndpoint: 'https://elsewhere.example.com/token', grantType: 'client_credentials' },
  1,
  true,
  false,
];

function leadName(key: string, schema: z.ZodType | undefined): string {
  return (schema === undefined ? undefined : fieldMeta(schema, key).names.lead) ?? key;
}

function incomplete({ errors, warnings }: ValidationOutcome): readonly string[] {
  return [...errors, ...warnings]
    .filter(
      (problem) =>
        !Object.hasOwn(VALIDATION_CODES, problem.code) ||
        problem.cause === '' ||
        problem.friendlyMessage === '' ||
        problem.resolution === '',
    )
    .map(({ code }) => code);
}

/** The shapes in which a secret may leak. */
export function formsOf(canary: string): readonly string[] {
  const bytes = Buffer.from(canary);
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  );
  return [
    canary,
    ...base64,
    bytes.toString('base64url').slice(0, -2),
    bytes.toString('hex'),
    [...canary].reverse().join(''),
    canary.slice(0, 12),
    canary.slice(-8),
  ];
}
