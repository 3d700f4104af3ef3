import { existsSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config.ts';
import { keyId } from '../crypto/derive.ts';
import { checkMasterKey, createInstance } from '../crypto/key-check.ts';
import { loadMasterKey } from '../crypto/master-key.ts';
import { createVault } from '../crypto/vault.ts';
import { DomainError, ERROR_CODES } from '../domain/errors/errors.ts';
import { StartupError } from '../domain/errors/startup-error.ts';
import type { Store } from '../domain/ports/store.ts';
import type { KeyStore } from '../domain/ports/vault.ts';
import type { Log } from '../log.ts';
import { closeDataDir, refuseOpenFolders } from '../store/files/guard-folders.ts';
import { makeDataDir } from '../store/files/make-data-dir.ts';
import { openStore } from '../store/open-store.ts';
import { storeFileIn } from '../store/sqlite/store-file.ts';
import type { Overrides } from './overrides.ts';

/** Opens the store and the vault of its key. Throws StartupError, and writes nothing, when the key, the folders or the store are not right. */
export async function openInstance(config: Config, overrides: Pick<Overrides, 'clock' | 'makesStore'>, log: Log) {
  const masterKey = readMasterKey(config);
  const { store, instance } = await openStore(
    config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl },
    {
      clock: overrides.clock ?? 'system',
      verifyInstance(stored, upgrades) {
        if (stored === null && overrides.makesStore === false)
          throw new StartupError(
            'there is no store in that database. Check CHANGEOVER_DATABASE_URL, bring a backup back into it, or make a new one: changeover serve; nothing was written.',
          );
        if (stored === null) return createInstance(masterKey, uuidv7(), Date.now());
        checkMasterKey(masterKey, stored, upgrades);
        return stored;
      },
    },
  );
  const vault = await orEndStart(store, createVault({ masterKey, instanceId: instance.id, keyStore: keyStoreOf(store) }));
  store.signWith({ sign: (text) => vault.keyedHash('row', text) });
  // No other process runs a request on the embedded store: what an earlier one began may be repeated at once.
  if (config.databaseUrl === null)
    await orEndStart(
      store,
      store.write((tx) => tx.idempotency.releaseAll(), { usesReserve: true }),
    );
  const given = keyId(masterKey);
  if (given !== vault.kid) log.write('master key is being replaced', { given, kid: vault.kid });
  masterKey.fill(0);
  return { store, instance, vault };
}

function readMasterKey(config: Config): Buffer {
  // A store that exists has its key: a new one would not open it, and would hide that the old one is gone.
  const isNew = config.databaseUrl === null && !existsSync(storeFileIn(config.dataDir));
  if (config.createMasterKey && isNew) makeDataDir(config.dataDir);
  closeDataDir(config.dataDir);
  if (config.databaseUrl === null) refuseOpenFolders(storeFileIn(config.dataDir));
  refuseOpenFolders(config.masterKeyFile);
  return loadMasterKey({ file: config.masterKeyFile, createIfAbsent: config.createMasterKey && isNew });
}

function keyStoreOf(store: Store): KeyStore {
  return {
    find: store.read.keys.find,
    insertIfAbsent: (key) => store.write((tx) => tx.keys.insertIfAbsent(key)),
  };
}

/** A store that refuses while everything is put together ends the start in one line, and is closed. */
export async function orEndStart<T>(store: Store, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await store.close();
    if (!(error instanceof DomainError)) throw error;
    throw new StartupError(`${error.message} ${ERROR_CODES[error.code].next}`, error.code === 'INTEGRITY' ? 78 : 75);
  }
}
