import type { Log } from './log.ts';

export interface Exposed {
  /** Of our own listener. */
  readonly address: string;
  /** A proxy in front is named, which may speak TLS. */
  readonly isProxied: boolean;
  /** It speaks TLS itself. */
  readonly isEncrypted: boolean;
  /** Undefined where the system has no such thing. */
  readonly userId: number | undefined;
}

/** Tells, once at the start, of what makes a break-in easier or worse than it has to be. */
export function warnOfExposure(log: Pick<Log, 'write'>, { address, isProxied, isEncrypted, userId }: Exposed): void {
  const isLoopback = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  const isAll = address === '0.0.0.0' || address === '::';
  if (userId === 0) log.write('running as root', {});
  // With a proxy in front others may still go past it, where the listener is bound to all addresses.
  if (isEncrypted) return;
  if (isAll || (!isLoopback && !isProxied)) log.write('listening in the clear', { address });
}
