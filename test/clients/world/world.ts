import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { inject } from 'vitest';
import { TEST_AUTHORITY } from '../../support/fakes/test-certificate.ts';
import type { Answer } from '../../support/gateway/gateway.ts';
import { startGatewayProcess } from '../../support/gateway/gateway-process.ts';
import { askGateway } from './ask.ts';
import type { ClientSettings } from './command-line.ts';
import { startRecorder } from './recorder.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));

/** A built gateway in a process of its own, with a recorder before it that clients speak to. */
export interface World {
  readonly url: string;
  /** The gateway itself, beside the recorder. */
  readonly gatewayUrl: string;
  readonly owner: { readonly id: string; readonly secret: string };
  /** What makes the command line speak to it, as the owner. */
  readonly settings: ClientSettings;
  /** Asks the gateway itself, beside the client. */
  ask(query: string, variables?: object): Promise<Answer['data']>;
  /** What is wrong with the documents that were sent since the last call: each has to be valid, and within every limit. Also the root fields of them all, as in `Query.getUser`. */
  faultsOfDocuments(): { readonly faults: readonly string[]; readonly fields: readonly string[] };
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Settings of the gateway. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Ports at which fakes stand in for vendors, by the vendor's port. */
  readonly vendors?: Readonly<Record<number, number>>;
  /** Authorities that the gateway trusts beside the usual ones. */
  readonly authorities?: readonly string[];
}

export async function openWorld({ settings = {}, vendors = {}, authorities = [] }: WorldOptions = {}): Promise<World> {
  const { vendorNames } = inject('clients');
  const folder = mkdtempSync(join(tmpdir(), 'changeover-clients-'));
  const trusted = join(folder, 'authorities.pem');
  writeFileSync(trusted, [TEST_AUTHORITY, ...authorities].join('\n'));
  const gateway = await startGatewayProcess({
    dataDir: join(folder, 'data'),
    settings: {
      CHANGEOVER_LOG_LEVEL: 'warn',
      LD_PRELOAD: vendorNames,
      VENDOR_PORTS: Object.entries({ 443: 1, ...vendors })
        .map(([port, other]) => `${port}=${other}`)
        .join(),
      NODE_EXTRA_CA_CERTS: trusted,
      ...settings,
    },
  });
  const recorder = await startRecorder(gateway.url);
  return {
    url: `${recorder.url}/graphql`,
    gatewayUrl: gateway.url,
    owner: gateway.owner,
    settings: {
      MCD_API_ENDPOINT: `${recorder.url}/graphql`,
      MCD_DEFAULT_API_ID: gateway.owner.id,
      MCD_DEFAULT_API_TOKEN: gateway.owner.secret,
    },
    ask: (query, variables) => askGateway(gateway.url, gateway.owner.secret, query, variables),
    faultsOfDocuments() {
      const taken = recorder.take();
      return { faults: taken.flatMap(faultsOf), fields: taken.flatMap(({ document }) => fieldsOf(document)) };
    },
    async close() {
      recorder.close();
      await gateway.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Root fields of the published schema, such as `Query.getUser`. */
export function servedFields(): readonly string[] {
  return [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
  );
}

function faultsOf({ document, errors }: ReturnType<Awaited<ReturnType<typeof startRecorder>>['take']>[number]): readonly string[] {
  const invalid = validate(schema, parse(document)).map(({ message }) => message);
  const limited = errors.filter(({ code }) => code === 'LIMIT_EXCEEDED').map(({ message }) => message);
  return [...invalid, ...limited].map((fault) => `${fault} (${document.trim().slice(0, 80)})`);
}

function fieldsOf(document: string): readonly string[] {
  return parse(document).definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION
      ? []
      : definition.selectionSet.selections.flatMap((one) =>
          one.kind === Kind.FIELD ? [`${definition.operation === 'query' ? 'Query' : 'Mutation'}.${one.name.value}`] : [],
        ),
  );
}

/** An authority and a certificate for this machine and for each of the names, made for this run: the paths of their files. */
export function makeCertificates(names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-certificates-'));
  const script = new URL('../certificates.py', import.meta.url).pathname;
  const { status, stderr } = spawnSync(inject('clients').python, [script, folder, ...names], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`no certificates: ${stderr}`);
  const file = (name: string) => join(folder, name);
  return { folder, ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key') };
}
