import type { NetworkProbe, ValidationOutcome } from '../../domain/connector/validator-runner.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { requireReachable } from '../../domain/site/site-choice.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';

export interface ProbeNetwork {
  readonly probe: NetworkProbe;
  /** The site to ask from. Null: the project's only one. */
  readonly siteId: string | null;
  /** From 1 to 10 seconds; a longer time is cut to 10. */
  readonly timeoutSeconds?: number | null;
  readonly signal: AbortSignal;
}

const MAX_SECONDS = 10;

/**
 * Asks the network whether something answers, under the same egress policy as every validator; an address that may not be dialled
 * is answered like one where nothing listens. The audit says that it was asked, and not for what. Throws NOT_FOUND, UNAVAILABLE, BAD_REQUEST.
 */
export async function probeNetwork(services: Services, actor: Actor, input: ProbeNetwork): Promise<ValidationOutcome> {
  requirePermission(actor, 'probe');
  const site = await chooseSite(services.store.read, actor, input.siteId);
  requireReachable(site);
  const seconds = input.timeoutSeconds ?? MAX_SECONDS;
  if (seconds < 1) throw badRequest('timeout', 'timeout is a number of seconds, 1 or more.');
  const deadline = AbortSignal.timeout(Math.min(seconds, MAX_SECONDS) * 1000);
  const outcome = await services.whileDialling(() =>
    services.runner.probe(
      { ...input.probe, requestId: actor.request.id, projectId: actor.projectId, callerId: actorId(actor), id: services.newId() },
      AbortSignal.any([input.signal, deadline]),
    ),
  );
  await services.store.write((tx) =>
    record(services, tx, actor, {
      action: 'network.probe',
      entity: 'site',
      entityId: site.id,
      details: { probe: input.probe.probe, status: outcome.status, codes: outcome.errors.map(({ code }) => code) },
    }),
  );
  return outcome;
}
