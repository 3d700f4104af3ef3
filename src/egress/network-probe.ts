import { EgressError, type EgressErrorCode, type EgressSession } from '../domain/connector/egress.ts';
import type { ValidatorInput, ValidatorReport } from '../domain/connector/validator.ts';
import type { NetworkProbe } from '../domain/connector/validator-runner.ts';

type Probe<K extends NetworkProbe['probe']> = Extract<NetworkProbe, { readonly probe: K }>;

/** What a worker runs for a probe, in the place of a connector: a question to the network that carries no credentials. */
export const networkProbe = {
  driver: null,
  validators: [
    {
      name: 'dns',
      run: ({ credentials: { host }, egress }: ValidatorInput<Probe<'dns'>>) =>
        answer('HOST_UNRESOLVED', async () => ({ addresses: await egress.resolve(host) })),
    },
    {
      name: 'tcp',
      run: ({ credentials: { host, port }, egress }: ValidatorInput<Probe<'tcp'>>) =>
        answer('PORT_CLOSED', () => egress.probeTcp(host, port)),
    },
    {
      name: 'http',
      run: ({ credentials: { url }, egress }: ValidatorInput<Probe<'http'>>) => answer('PORT_CLOSED', () => statusOf(egress, url)),
    },
  ],
} as const;

/** A denied address looks like one where nothing listens. Otherwise a probe would show what the policy hides. */
async function answer(denied: EgressErrorCode, ask: () => Promise<unknown>): Promise<ValidatorReport> {
  try {
    return { errors: [], warnings: [], data: { returnedData: await ask() } };
  } catch (error) {
    throw error instanceof EgressError && error.code === 'EGRESS_DENIED' ? new EgressError(denied) : error;
  }
}

/** The server's answer is not shown, so nobody can read pages of the inner network with a probe. */
async function statusOf(egress: EgressSession, url: string): Promise<{ readonly status: number }> {
  const { status } = await egress.fetchHttp(url, { maxBytes: 1 });
  return { status };
}
