import { setTimeout as sleep } from 'node:timers/promises';
import { RETRYABLE_CODES } from '../../domain/errors/errors.ts';
import { acquireLease, releaseLease, renewLease } from '../documents/documents.ts';
import { required } from '../gateway/present.ts';
import { type Gateway, GatewayError } from '../gateway/transport.ts';
import { objectOf } from '../object-of.ts';
import type { Credentials } from './give-credentials.ts';

export interface LeaseRequest {
  readonly connectionId: string;
  readonly job: string;
  readonly ttlSeconds: number;
  /** How long to ask again after a failure that may pass. */
  readonly waitSeconds: number;
}

export interface HeldLease {
  readonly credentials: Credentials;
  /** Stops the renewals and releases the lease. Never throws: a lease that can't be released ends by its time. */
  end(): Promise<void>;
}

interface LeaseTimes {
  readonly expiresAt: string;
  readonly endsBy: string;
}

/** A connection is in use while a commit on it waits or is carried out. A fault of the gateway is for people to report, not for asking again. */
const WORTH_ASKING_AGAIN: ReadonlySet<string> = new Set([
  'CONNECTION_IN_USE',
  ...[...RETRYABLE_CODES].filter((code) => code !== 'INTERNAL'),
]);
const ASK_AGAIN_MS = 2000;
const RELEASES = 3;

/** Takes a lease and renews it, at a third of its time, until `end`. A renewal that fails is warned of and tried again; the job goes on. */
export async function takeLease(gateway: Gateway, request: LeaseRequest, warn: (text: string) => void): Promise<HeldLease> {
  const { key, credentials, lease } = await acquire(gateway, request, warn);
  const stop = new AbortController();
  const renewing = renewUntil(stop.signal, gateway, { key, lease, ttlSeconds: request.ttlSeconds }, warn);
  return {
    credentials,
    async end() {
      stop.abort();
      const expiresAt = await renewing;
      await release(gateway, key, expiresAt, warn);
    },
  };
}

interface Acquired {
  readonly key: string;
  readonly credentials: Credentials;
  readonly lease: LeaseTimes;
}

async function acquire(gateway: Gateway, request: LeaseRequest, warn: (text: string) => void): Promise<Acquired> {
  const until = performance.now() + request.waitSeconds * 1000;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { connectionId: id, job, ttlSeconds: ttl } = request;
      const { key, credentials, lease } = required((await gateway.run(acquireLease, { id, job, ttl })).acquireLease);
      return { key: required(key), credentials: objectOf(credentials), lease };
    } catch (error) {
      if (!(error instanceof GatewayError && WORTH_ASKING_AGAIN.has(error.code)) || performance.now() >= until) throw error;
      if (attempt === 1) warn(`no lease yet: ${error.message} Asking again.`);
      await sleep(Math.min(ASK_AGAIN_MS, Math.max(0, until - performance.now())));
    }
  }
}

/** Returns when the lease ends unless it is released. */
async function renewUntil(
  signal: AbortSignal,
  gateway: Gateway,
  { key, lease, ttlSeconds }: { readonly key: string; readonly lease: LeaseTimes; readonly ttlSeconds: number },
  warn: (text: string) => void,
): Promise<string> {
  let { expiresAt } = lease;
  const every = (ttlSeconds * 1000) / 3;
  // Even the first renewal would add no time.
  if (expiresAt === lease.endsBy) return expiresAt;
  while (await elapsed(every, signal)) {
    try {
      const renewed = required((await gateway.run(renewLease, { key, ttl: ttlSeconds })).renewLease);
      expiresAt = renewed.expiresAt;
      if (expiresAt !== renewed.endsBy) continue;
      warn(`the lease can't be renewed past ${expiresAt}; the job goes on with the credentials that it has.`);
      return expiresAt;
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : 'INTERNAL';
      if (code === 'NOT_FOUND') {
        warn('the lease has ended before its job; the job goes on with the credentials that it has.');
        return expiresAt;
      }
      warn(`the lease was not renewed (${code}) and ends at ${expiresAt}; trying again, and the job goes on.`);
    }
  }
  return expiresAt;
}

async function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}

async function release(gateway: Gateway, key: string, expiresAt: string, warn: (text: string) => void): Promise<void> {
  for (let attempt = 1; attempt <= RELEASES; attempt += 1) {
    try {
      await gateway.run(releaseLease, { key });
      return;
    } catch (error) {
      if (error instanceof GatewayError && !WORTH_ASKING_AGAIN.has(error.code)) break;
      await sleep(attempt === RELEASES ? 0 : 500 * attempt);
    }
  }
  warn(`the lease was not released; it ends by itself at ${expiresAt}.`);
}
