import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { ping } from '../documents/documents.ts';
import { openLocalGateway } from './local-gateway.ts';
import { type Gateway, remoteGateway, socketGateway, TransportError } from './transport.ts';

/**
 * The gateway that a command works on: a remote one by CHANGEOVER_URL, the one that runs on this data directory by its control
 * socket, or else the store opened here.
 */
export async function connectGateway(config: Config, options: { readonly makesStore: boolean }): Promise<Gateway> {
  if (config.remote !== null) return remoteGateway(config.remote.url, config.remote.token);
  const socketPath = join(config.dataDir, 'control.sock');
  if (config.databaseUrl === null && existsSync(socketPath)) {
    const gateway = socketGateway(socketPath);
    if (await answers(gateway)) return gateway;
  }
  return await openLocalGateway(config, options);
}

/** A socket file that a killed gateway left behind answers nothing. */
async function answers(gateway: Gateway): Promise<boolean> {
  try {
    await gateway.run(ping);
    return true;
  } catch (error) {
    return !(error instanceof TransportError);
  }
}
