import type { EventEmitter } from 'node:events';
import { errorFields, type Log } from './log.ts';

/**
 * What escapes everything else: node would print it whole, message and values included. A rejection that nobody waits for is
 * logged; after an exception nothing is known of the state in memory, so the process ends, and the store is as its last commit left it.
 */
export function installLastResort(log: Log): void {
  process.on('unhandledRejection', (error) => log.write('unhandled rejection', errorFields(error)));
  process.on('uncaughtException', (error) => {
    log.write('uncaught exception', errorFields(error));
    process.exit(70);
  });
  // By default this signal opens the inspector, through which memory is read.
  process.on('SIGUSR1', () => {});
}

/** Of a server that listens: one client that can't be let in is not the end of the others. */
export function outliveAcceptErrors(server: EventEmitter, log: Log): void {
  server.on('error', (error: Error) => log.write('accepting failed', errorFields(error)));
}
