import type { NetworkProbe, ValidationOutcome } from '../../../domain/connector/validator-runner.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { pingSite } from '../../../operations/sites/list-sites.ts';
import { checkStorage } from '../../../operations/validations/check-storage.ts';
import { probeNetwork } from '../../../operations/validations/probe-network.ts';
import type { V1Result } from '../../lead/kinds/v1-result.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { ValidationTypes } from './validation-types.ts';

interface ProbeArgs {
  readonly timeout?: number | null | undefined;
  readonly dcId?: string | null | undefined;
  readonly serviceUuid?: string | null | undefined;
}

/** What a site can say of itself and of the network around it: ping, storage, and probes, which are for administrators. */
export function addNetwork(builder: Builder, { result, v1 }: ValidationTypes): void {
  const ping = builder.objectRef<{ readonly dcId: string; readonly traceId: string }>('DcPingResponse').implement({
    fields: (t) => ({
      dcId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.dcId }),
      traceId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.traceId }),
    }),
  });

  const openPort = (type: string, description: string) =>
    builder.queryField(type, (t) =>
      t.field({
        extensions: VALIDATES,
        type: v1.response,
        description,
        args: {
          host: t.arg.string(),
          port: t.arg.int(),
          timeout: t.arg.int({ description: 'Seconds, 1 to 10.' }),
          dcId: t.arg({ type: 'UUID' }),
          ignoreAgent: t.arg.boolean(),
          serviceUuid: t.arg({ type: 'UUID' }),
        },
        resolve: (_, { host, port, ...args }, context) =>
          probe(context, args, { probe: 'tcp', host: given(host, 'host'), port: readPort(port) }, `Port ${port} is open.`),
      }),
    );
  openPort('testTcpOpenConnection', 'Whether something listens on a port. For administrators.');
  openPort('testTelnetConnection', 'The same as testTcpOpenConnection.');

  builder.queryFields((t) => ({
    pingDataCollector: t.field({
      type: ping,
      description: 'Echoes `traceId` when the site can dial.',
      args: { dcId: t.arg({ type: 'UUID', required: true }), traceId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { dcId, traceId }, { services, actor }) => {
        await pingSite(services, actor, dcId);
        return { dcId, traceId };
      },
    }),
    testStorageAccess: t.field({
      type: result,
      description: 'Writes to the store, and opens what the key has sealed.',
      args: { dcId: t.arg({ type: 'UUID' }) },
      resolve: (_, { dcId }, { services, actor }) => checkStorage(services, actor, dcId ?? null),
    }),
    testDnsLookup: t.field({
      extensions: VALIDATES,
      type: v1.response,
      description: 'Whether a host name has an address. For administrators.',
      args: {
        host: t.arg.string(),
        port: t.arg.int(),
        ignoreAgent: t.arg.boolean(),
        serviceUuid: t.arg({ type: 'UUID' }),
      },
      resolve: (_, { host, ...args }, context) =>
        probe(context, args, { probe: 'dns', host: given(host, 'host') }, 'The host name has an address.'),
    }),
    testHttpConnection: t.field({
      extensions: VALIDATES,
      type: v1.response,
      description: 'Whether a URL answers, and with which status. What it answers is never shown. For administrators.',
      args: {
        url: t.arg.string(),
        includeResponse: t.arg.boolean(),
        ignoreAgent: t.arg.boolean(),
        timeout: t.arg.int({ description: 'Seconds, 1 to 10.' }),
        serviceUuid: t.arg({ type: 'UUID' }),
      },
      resolve: (_, { url, ...args }, context) => probe(context, args, { probe: 'http', url: given(url, 'url') }, 'The URL answers.'),
    }),
  }));
}

async function probe({ services, actor, signal }: Context, args: ProbeArgs, asked: NetworkProbe, success: string): Promise<V1Result> {
  if (args.dcId != null && args.serviceUuid != null && args.dcId !== args.serviceUuid)
    throw badRequest('serviceUuid', 'dcId and serviceUuid name the same thing, and here two of them; leave one out.');
  const outcome = await probeNetwork(services, actor, {
    probe: asked,
    siteId: args.serviceUuid ?? args.dcId ?? null,
    timeoutSeconds: args.timeout ?? null,
    signal,
  });
  const found = outcome.data?.returnedData === undefined ? '' : ` ${JSON.stringify(outcome.data.returnedData)}`;
  return {
    success: outcome.status === 'passed',
    // The real CLI prints the first row's message, whatever it says.
    validations: [{ type: asked.probe, message: messageOf(outcome) ?? `${success}${found}`, data: null }],
    warnings: [],
  };
}

function messageOf({ errors: [problem] }: ValidationOutcome): string | null {
  return problem === undefined ? null : `${problem.friendlyMessage} ${problem.resolution}`;
}

function given(value: string | null | undefined, path: string): string {
  if (value == null || value === '') throw badRequest(path, `${path} is required.`);
  return value;
}

function readPort(port: number | null | undefined): number {
  if (port == null || port < 1 || port > 65_535) throw badRequest('port', 'port is a number from 1 to 65535.');
  return port;
}
