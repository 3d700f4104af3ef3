import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net, { isIP } from 'node:net';
import os from 'node:os';
import workerThreads from 'node:worker_threads';
import { EgressError, type EgressErrorCode, networkFailure } from '../domain/connector/egress.ts';
import { checkAddress, type EgressPolicy } from './address-policy.ts';
import { resolveChecked } from './resolve.ts';

/** The sockets of one task. They are destroyed when it ends. */
export interface Guard {
  destroyAll(): void;
  /** What the network first did to one of them, or null. */
  firstFailure(): EgressErrorCode | null;
}

/** The home of a driver: it finds no file there with credentials that it was not given. */
export const NO_HOME = '/nonexistent';

/**
 * Most bytes that the sockets of one task may receive together. No answer that a validator waits for is as large, and a driver keeps
 * what arrives until it makes sense: a server that never comes to an end would fill the memory of all of us within the deadline.
 */
const MOST_RECEIVED = 16 * 1024 * 1024;

interface ConnectOptions {
  host?: string;
  port?: number | string;
  path?: string | null;
  lookup?: unknown;
  autoSelectFamily?: boolean;
}

/**
 * Replaces the ways out of this thread before any driver is imported: every TCP connection is checked by address, resolved once
 * by us and checked again once connected; local sockets, datagrams and calls to name servers are refused. Handing a driver a socket
 * would not be enough: some resolve and dial by themselves.
 */
export function installGuard(policy: EgressPolicy): Guard {
  const open = new Set<net.Socket>();
  const connect = net.Socket.prototype.connect;

  function guardedConnect(this: net.Socket, ...args: unknown[]): net.Socket {
    const options = readConnectOptions(args);
    const callback = args.flat().find((arg) => typeof arg === 'function');
    const refuse = (code: EgressError['code']) => {
      process.nextTick(() => this.destroy(new EgressError(code)));
      return this;
    };
    const port = Number(options.port);
    if ((options.path ?? '') !== '' || !Number.isInteger(port)) return refuse('EGRESS_DENIED');
    const host = options.host ?? 'localhost';
    if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) {
      try {
        checkAddress(policy, host, host, port);
      } catch {
        return refuse('EGRESS_DENIED');
      }
    }
    open.add(this);
    this.once('close', () => open.delete(this));
    this.prependOnceListener('connect', () => {
      // The final check: whatever happened above, a socket to a denied address sends no byte.
      if (this.remoteAddress === undefined || !isStillAllowed(policy, host, this.remoteAddress, port))
        this.destroy(new EgressError('EGRESS_DENIED'));
    });
    const checked = {
      ...options,
      host,
      port,
      autoSelectFamily: false,
      lookup: (name: string, lookupOptions: { all?: boolean }, done: (error: Error | null, address?: unknown, family?: number) => void) => {
        resolveChecked(policy, name, port).then(
          ([first, ...rest]) => (lookupOptions.all === true ? done(null, [first, ...rest]) : done(null, first?.address, first?.family)),
          (error: Error) => done(error),
        );
      },
    };
    return Reflect.apply(connect, this, callback === undefined ? [checked] : [checked, callback]);
  }

  let received = 0;
  const push = net.Socket.prototype.push;

  /** Every socket, encrypted or not, hands on received bytes through this method. */
  function guardedPush(this: net.Socket, ...args: Parameters<typeof push>): boolean {
    const [chunk] = args;
    if (chunk instanceof Uint8Array) received += chunk.length;
    if (received <= MOST_RECEIVED) return Reflect.apply(push, this, args);
    this.destroy(new EgressError('TOO_LARGE'));
    return false;
  }

  let failure: EgressErrorCode | null = null;
  const destroy = net.Socket.prototype._destroy;

  /** Every socket ends here, an encrypted one too, whatever its driver makes of the error. */
  function observedDestroy(this: net.Socket, ...args: Parameters<typeof destroy>): void {
    failure ??= networkFailure(args[0]);
    Reflect.apply(destroy, this, args);
  }

  net.Socket.prototype.connect = guardedConnect as typeof connect;
  net.Socket.prototype.push = guardedPush;
  net.Socket.prototype._destroy = observedDestroy;
  refuseOtherWaysOut(policy);
  syncBuiltinESMExports();
  return {
    destroyAll() {
      for (const socket of open) socket.destroy();
      open.clear();
      received = 0;
      failure = null;
    },
    firstFailure: () => failure,
  };
}

function isStillAllowed(policy: EgressPolicy, host: string, address: string, port: number): boolean {
  try {
    checkAddress(policy, host, address, port);
    return true;
  } catch {
    return false;
  }
}

/** `connect(options, callback)`, `connect(port, host, callback)`, `connect(path)`, or the array that net.connect has normalised. */
function readConnectOptions(args: readonly unknown[]): ConnectOptions {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return { ...(first as ConnectOptions) };
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first };
  return { port: Number(first), ...(typeof second === 'string' ? { host: second } : {}) };
}

function refuseOtherWaysOut(policy: EgressPolicy): void {
  const refused = (): never => {
    throw new EgressError('EGRESS_DENIED');
  };
  Object.assign(dgram, { createSocket: refused, Socket: refused });
  for (const module of [dns, dns.promises] as unknown as Record<string, unknown>[]) {
    for (const name of Object.keys(module))
      if (/^(lookup|lookupService|resolve|reverse)/i.test(name) && typeof module[name] === 'function') module[name] = refused;
  }
  // Some drivers resolve by themselves. They get what may be dialled, and it is looked at again when they dial.
  Object.assign(dns.promises, {
    lookup: async (host: string, options?: { readonly all?: boolean }) => {
      const found = await resolveChecked(policy, host, 0);
      return options?.all === true ? found : found[0];
    },
  });
  // Another process, or a thread of its own, would have ways out that nobody guards.
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'])
    Object.assign(childProcess, { [name]: refused });
  Object.assign(workerThreads, { Worker: refused });
  // `os.homedir` asks the system, which knows the real home whatever the environment says.
  Object.assign(os, { homedir: () => NO_HOME });
}
