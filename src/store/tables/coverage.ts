import type { Tables } from './tables.ts';

/** Each row of the table has a MAC over all its columns but those that are named here with the reason. */
export interface SignedRows {
  readonly by: 'mac';
  /** What identifies a row, in the order of its primary key. */
  readonly id: readonly string[];
  readonly except: Readonly<Record<string, string>>;
  readonly rows: UndetectedRowEdits;
}

/** What prevents an edit of the table from gaining anything, in place of a MAC. */
export interface CoveredElsewhere {
  readonly by: 'other';
  readonly how: string;
  /** Columns whose edits nothing detects. */
  readonly except: Readonly<Record<string, string>>;
  readonly rows: UndetectedRowEdits;
}

/**
 * Edits of whole rows that neither a start nor `doctor` nor `audit verify` detects, each with the reason why it gains nothing: a row is
 * deleted, it is copied under another id, an older copy of it is put back.
 */
export type UndetectedRowEdits = Readonly<Partial<Record<'deletion' | 'copy' | 'replay', string>>>;

const DESTROYS = 'It destroys: what belongs to the row is not found any more, and nobody gains a right by it.';
const ENDS = 'It ends what the row stood for, as its holder could.';
const ONE_ROW = 'Only the one row is read.';
const NAME_ALONE = 'A name of before is shown, and nothing is decided by it.';
const OLD_COPIES = 'See old copies, below.';
const TOLD_ALONE = 'Subscribers are told something else.';

/**
 * How every table is protected against edits. The compiler asks for an entry of a new table, and a new column of a signed one is covered
 * unless it is excepted here. docs/reference/tampering.md is printed from this.
 */
export const COVERAGE = {
  instance: {
    by: 'other',
    how: 'The key check opens under the master key for this id alone, or the start is refused. `kid` and `created_at` are shown, and no more.',
    except: {
      kid: 'It is shown, and no more.',
      createdAt: 'It is shown, and no more.',
    },
    rows: {
      copy: 'Of two rows a start reads one: the true one, or one that does not open and is refused.',
      replay: 'The row changes with the master key alone: that of before asks for the key of before, under which nothing else opens.',
    },
  },
  clock: {
    by: 'other',
    how: 'Only SQLite has a row here. Time is never behind the machine’s clock, so that a lower mark revives nothing; a higher one ends leases and tokens early, and the log tells of a clock that was set forward.',
    except: {
      id: 'As if the mark were deleted: it is made anew from the machine’s clock.',
      highWater: 'See how it is kept.',
    },
    rows: {
      deletion: 'The mark is made anew from the machine’s clock.',
      copy: ONE_ROW,
      replay: 'A lower mark is that of the machine’s clock.',
    },
  },
  dataKeys: {
    by: 'other',
    how: 'A wrapped key opens under the master key, for its owner, purpose and generation alone. `created_at` says how soon an operator may destroy an old one.',
    except: {
      createdAt: 'See how it is kept.',
    },
    rows: {
      replay: 'A key changes only with the master key, and one of before asks for the master key of before.',
    },
  },
  projects: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: DESTROYS,
      replay: NAME_ALONE,
    },
  },
  tokens: {
    by: 'mac',
    id: ['id'],
    except: { lastUsedAt: 'When a token was last used is shown, and nothing is decided by it. It is written by nearly every request.' },
    rows: {},
  },
  tokenGrants: {
    by: 'other',
    how: 'The MAC of the token covers all its grants, so that one which is added, edited or taken away shows.',
    except: {},
    rows: {
      replay: 'The MAC of the token covers the grants that it has now, and the list of tokens has that MAC.',
    },
  },
  sessions: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: ENDS,
      replay: OLD_COPIES,
    },
  },
  replayGuards: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion:
        "Whoever also read a request on its way could send that very request once more, within ten minutes; a bearer that was given back goes on until it ends by itself, within the hour, or its token is revoked. A connection of Lerian's clients could be tested more often in a minute.",
      replay: 'As deletion.',
    },
  },
  providerGrants: { by: 'mac', id: ['projectId', 'provider', 'prefix'], except: {}, rows: {} },
  awsRoleGrants: { by: 'mac', id: ['projectId', 'roleArn'], except: {}, rows: {} },
  secretDestinations: { by: 'mac', id: ['id'], except: {}, rows: {} },
  sites: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: DESTROYS,
      replay: NAME_ALONE,
    },
  },
  streamingSystems: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: DESTROYS,
      replay: NAME_ALONE,
    },
  },
  integrations: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: DESTROYS,
      replay: NAME_ALONE,
    },
  },
  connections: { by: 'mac', id: ['id'], except: {}, rows: {} },
  versions: { by: 'mac', id: ['connectionId', 'version'], except: {}, rows: {} },
  sealedContents: {
    by: 'mac',
    id: ['id'],
    except: { blob: 'It is sealed: it opens as what it was saved as, for the row and destination that it was saved for, or not at all.' },
    rows: {
      replay:
        'What was destroyed is back: its version says that it was destroyed, which is `state-altered` to `doctor`, or its change has ended, and nothing uses it.',
    },
  },
  changes: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: ENDS,
      replay: OLD_COPIES,
    },
  },
  validations: {
    by: 'mac',
    id: ['id'],
    except: {
      description: 'What a check said is kept for whoever reads the database; no answer is made of it, and no commit goes by it.',
      warnings: 'As the description.',
      data: 'As the description.',
    },
    rows: {
      deletion: 'Proof that is gone has to be obtained again. For a failure that is gone see old copies, below.',
      replay: OLD_COPIES,
    },
  },
  leases: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: 'It ends the lease, as its job or an administrator could: commits do not wait for it any more.',
      replay: OLD_COPIES,
    },
  },
  externalIds: {
    by: 'mac',
    id: ['dialect', 'entity', 'entityId'],
    except: {},
    rows: {
      deletion: 'The thing gets another id when it is shown the next time, and clients of before do not find it.',
      replay: 'The id of a thing never changes.',
    },
  },
  dialectRecords: {
    by: 'mac',
    id: ['id'],
    except: {},
    rows: {
      deletion: DESTROYS,
      replay: OLD_COPIES,
    },
  },
  accountSecrets: { by: 'mac', id: ['id'], except: {}, rows: {} },
  accountSecretVersions: {
    by: 'mac',
    id: ['secretId', 'version'],
    except: { blob: 'It is sealed: it opens as the value of its secret and version, or not at all.' },
    rows: {
      deletion: 'The secret names a version that is not there, and nobody is given a value of it.',
      replay: 'A value never changes. One that was destroyed is back, and its secret names a newer one, or was deleted.',
    },
  },
  idempotency: {
    by: 'mac',
    id: ['tokenId', 'key'],
    except: {
      answer: 'It is sealed for this token, id and request, and opens for no other.',
      keyGeneration: 'It says which data key sealed the answer, as the answer itself does.',
    },
    rows: {
      deletion: 'A repeat of the request is carried out as a new one, by whoever may send it.',
      replay: 'It is the answer of before to the same request of the same token.',
    },
  },
  events: {
    by: 'other',
    how: 'Subscribers are told of them, and the gateway decides nothing by them. Each has an audit row of the same name, which is signed and chained: whoever acts on an event looks there, or at what it is about, first.',
    except: {
      projectId: TOLD_ALONE,
      type: TOLD_ALONE,
      entityId: TOLD_ALONE,
      data: TOLD_ALONE,
      createdAt: TOLD_ALONE,
      publishedAt: 'Subscribers get the event at another place, or not at all.',
    },
    rows: {
      deletion: 'Subscribers are not told of it.',
      copy: TOLD_ALONE,
      replay: TOLD_ALONE,
    },
  },
  audit: {
    by: 'other',
    how: 'Each row has a signature over all that it says; its number and its place are bound by the chain of hashes that `changeover audit verify` follows.',
    except: {},
    rows: {},
  },
  auditArchive: {
    by: 'other',
    how: 'The record of a cut is signed as a whole; `changeover audit verify` begins at it, and so does the next cut.',
    except: {},
    rows: {
      copy: ONE_ROW,
    },
  },
  authorityHead: { by: 'mac', id: ['id'], except: {}, rows: {} },
  auditHead: { by: 'mac', id: ['id'], except: {}, rows: {} },
} as const satisfies { readonly [K in keyof Tables]: SignedRows | CoveredElsewhere };
