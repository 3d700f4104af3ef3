import { createRequire } from 'node:module';
import type SqliteDatabase from 'better-sqlite3';
import { StartupError } from '../../domain/errors/startup-error.ts';

let driver: typeof SqliteDatabase | null = null;

/**
 * Opens a SQLite file with the better-sqlite3 that was made for the Node that runs: 13 is built on Node-API as Node 22 and later
 * have it, and ends the process on Node 20, which gets 12 from a folder of its own (scripts/node-20). Throws StartupError where that
 * one was never installed.
 */
export function openDatabase(file: string, options: SqliteDatabase.Options = {}): SqliteDatabase.Database {
  driver ??= loadDriver();
  return new driver(file, options);
}

function loadDriver(): typeof SqliteDatabase {
  // What better-sqlite3 exports is its class, in both versions.
  const load = createRequire(import.meta.url) as (name: string) => typeof SqliteDatabase;
  if (!process.versions.node.startsWith('20.')) return load('better-sqlite3');
  try {
    // By its path: by its name Node would find the newer one, too.
    return load('../../../scripts/node-20/node_modules/better-sqlite3');
  } catch {
    throw new StartupError(
      'The SQLite driver for Node 20 is not installed. Run "npm ci" again with Node 20; where Changeover is a package, "npm rebuild changeover".',
    );
  }
}
