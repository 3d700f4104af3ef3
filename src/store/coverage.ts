import type { Tables } from './tables.ts';

/** Each row of the table has a MAC over all its columns but those that are named here with the reason. */
export interface SignedRows {
  readonly by: 'mac';
  /** What identifies a row, in the order of its primary key. */
  readonly id: readonly string[];
  readonly except: Readonly<Record<string, string>>;
}

/** What keeps whoever edits the table from gaining by it instead. */
export interface OtherwiseKept {
  readonly by: 'other';
  readonly how: string;
}

const NOT_USED = 'Nothing of this release reads or writes the table.';

/**
 * What is covered by what, for every table. The compiler asks for an entry of a new table, and a new column of a signed one is covered
 * unless it is excepted here. docs/reference/tampering.md is printed from this.
 */
export const COVERAGE = {
  instance: {
    by: 'other',
    how: 'The key check opens under the master key for this id alone, or the start is refused. `kid` and `created_at` are shown, and no more.',
  },
  clock: {
    by: 'other',
    how: 'Time is never behind the machine’s clock, so that a lower mark revives nothing; a higher one ends leases and tokens early, and the log tells of a clock that was set forward.',
  },
  dataKeys: {
    by: 'other',
    how: 'A wrapped key opens under the master key, for its owner, purpose and generation alone. `created_at` says how soon an operator may destroy an old one.',
  },
  projects: { by: 'mac', id: ['id'], except: {} },
  tokens: {
    by: 'mac',
    id: ['id'],
    except: { lastUsedAt: 'When a token was last used is shown, and nothing is decided by it. It is written by nearly every request.' },
  },
  tokenGrants: { by: 'other', how: 'The MAC of the token covers all its grants, so that one which is added, edited or taken away shows.' },
  sessions: { by: 'mac', id: ['id'], except: {} },
  providerGrants: { by: 'mac', id: ['projectId', 'provider', 'prefix'], except: {} },
  secretDestinations: { by: 'mac', id: ['id'], except: {} },
  sites: { by: 'mac', id: ['id'], except: {} },
  streamingSystems: { by: 'other', how: NOT_USED },
  integrations: { by: 'mac', id: ['id'], except: {} },
  connections: { by: 'mac', id: ['id'], except: {} },
  versions: { by: 'mac', id: ['connectionId', 'version'], except: {} },
  sealedContents: {
    by: 'mac',
    id: ['id'],
    except: { blob: 'It is sealed: it opens as what it was saved as, for the row and destination that it was saved for, or not at all.' },
  },
  changes: { by: 'mac', id: ['id'], except: {} },
  validations: {
    by: 'mac',
    id: ['id'],
    except: {
      description: 'What a check said is kept for whoever reads the database; no answer is made of it, and no commit goes by it.',
      warnings: 'As the description.',
      data: 'As the description.',
    },
  },
  leases: { by: 'mac', id: ['id'], except: {} },
  externalIds: { by: 'other', how: NOT_USED },
  accountSecrets: { by: 'other', how: NOT_USED },
  accountSecretVersions: { by: 'other', how: NOT_USED },
  idempotency: {
    by: 'mac',
    id: ['tokenId', 'key'],
    except: {
      answer: 'It is sealed for this token, id and request, and opens for no other.',
      keyGeneration: 'It says which data key sealed the answer, as the answer itself does.',
    },
  },
  events: {
    by: 'other',
    how: 'Nothing of this release reads events. Each has an audit row of the same name, which is signed and chained.',
  },
  audit: {
    by: 'other',
    how: 'Each row has a signature over all that it says; its number and its place are bound by the chain of hashes that `changeover audit verify` follows.',
  },
  auditArchive: {
    by: 'other',
    how: 'The record of a cut is signed as a whole; `changeover audit verify` begins at it, and so does the next cut.',
  },
  authorityHead: { by: 'mac', id: ['id'], except: {} },
  auditHead: { by: 'mac', id: ['id'], except: {} },
} as const satisfies { readonly [K in keyof Tables]: SignedRows | OtherwiseKept };
