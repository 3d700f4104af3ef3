/** What the protocol promises of one connection, without a store: each operation as the steps that it may be interleaved at. */

export const OPERATIONS = [
  'commit B',
  'commit C',
  'wait B',
  'force B',
  'discard B',
  'carry out',
  'roll back',
  'lease',
  'read',
  'release',
  'retire',
  'remove',
  'reseal',
  'rekey',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A connection with versions 1, due to retire, and 2; B and C are staged on 2, and a job may hold a lease on 1. */
export interface Scene {
  readonly inFlight: 'OVERLAP' | 'REFUSE' | 'WAIT';
  readonly held: boolean;
}

/** What is left at the end, and what the tests compare with the store. */
export interface Stored {
  readonly removed: boolean;
  readonly versions: readonly string[];
  /** How many changes wait for jobs. */
  readonly waiting: number;
}

interface Version {
  readonly content: string;
  readonly label: string;
}

/** `key` tells changes apart: B, C, or one of a roll-back. */
interface Change {
  readonly base: number;
  readonly content: string;
  readonly key: string;
}

interface State {
  readonly versions: readonly Version[];
  readonly removed: boolean;
  /** Versions that live leases pin. */
  readonly leases: readonly number[];
  readonly committed: Readonly<Record<string, number>>;
  readonly discarded: readonly string[];
  readonly waiting: Change | null;
}

/** A step gives the next state, and either the outcome or what the operation's next step has to know. `me` is the operation's own place. */
type Step = (
  state: State,
  known: readonly number[],
  scene: Scene,
  me: number,
) => { readonly state: State; readonly outcome?: string; readonly known?: readonly number[] };

const HELD_VERSION = 1;
const B: Change = { base: 2, content: 'B', key: 'B' };
const C: Change = { base: 2, content: 'C', key: 'C' };

const STEPS: Readonly<Record<Operation, readonly Step[]>> = {
  'commit B': [(state, _, scene) => commit(state, scene, B, 'refuse')],
  'commit C': [(state, _, scene) => commit(state, scene, C, 'refuse')],
  // What became of it is read afterwards: by then the gateway may have carried it out.
  'wait B': [(state, _, scene) => begun(commit(state, scene, B, 'wait')), (state) => ({ state, outcome: stateOf(state, B.key) })],
  'force B': [(state, _, scene) => begun(commit(state, scene, B, 'force')), (state) => ({ state, outcome: stateOf(state, B.key) })],
  'discard B': [
    (state) => (isEnded(state, B.key) ? { state, outcome: 'CHANGE_OUTDATED' } : { state: discard(state, B.key), outcome: 'discarded' }),
  ],
  // It looks for what waits, then whether jobs still hold the connection, and commits; what can't be committed any more is given up.
  'carry out': [
    (state) => (state.waiting === null ? { state, outcome: 'done' } : { state }),
    (state, _, scene) =>
      scene.inFlight !== 'OVERLAP' && !state.removed && state.leases.length > 0 ? { state, outcome: 'done' } : { state },
    (state, _, scene) => {
      if (state.waiting === null) return { state, outcome: 'done' };
      const { state: next, outcome } = commit(state, scene, state.waiting, 'refuse');
      return outcome === 'NOT_FOUND' || outcome === 'VERSION_CONFLICT' ? { state } : { state: next, outcome: 'done' };
    },
    (state) => ({ state: state.waiting === null ? state : discard(state, state.waiting.key), outcome: 'done' }),
  ],
  // It reads what it is based on, then what it goes back to, and is committed like any other change.
  'roll back': [
    (state) => (state.removed ? { state, outcome: 'NOT_FOUND' } : { state, known: [state.versions.length] }),
    (state, [base = 0]) => {
      const target = state.versions.findLastIndex(({ label }) => label === 'PREVIOUS') + 1;
      return target === 0 ? { state, outcome: 'NOT_FOUND' } : { state, known: [base, target] };
    },
    (state, [base = 0, target = 0], scene, me) =>
      begun(commit(state, scene, { base, content: contentOf(state, target), key: `roll-back ${me}` }, 'wait')),
    (state, _, __, me) => ({ state, outcome: stateOf(state, `roll-back ${me}`) }),
  ],
  lease: [
    (state) => {
      const version = state.versions.length;
      if (state.removed) return { state, outcome: 'NOT_FOUND' };
      if (state.waiting !== null) return { state, outcome: 'CONNECTION_IN_USE' };
      return { state: { ...state, leases: [...state.leases, version] }, outcome: `${version} ${contentOf(state, version)}` };
    },
  ],
  read: [(state) => ({ state, outcome: state.leases.includes(HELD_VERSION) ? `1 ${contentOf(state, 1)}` : 'NOT_FOUND' })],
  release: [(state) => ({ state: { ...state, leases: state.leases.filter((version) => version !== HELD_VERSION) }, outcome: 'released' })],
  retire: [
    (state) => {
      const due = state.versions[0]?.label === 'PREVIOUS' && !state.leases.includes(HELD_VERSION);
      return { state: due ? relabel(state, (label, version) => (version === 1 ? 'RETIRED' : label)) : state, outcome: 'done' };
    },
  ],
  remove: [
    (state) => {
      if (state.removed) return { state, outcome: 'NOT_FOUND' };
      if (state.leases.length > 0) return { state, outcome: 'CONNECTION_IN_USE' };
      return { state: { ...relabel(state, () => 'RETIRED'), removed: true }, outcome: 'removed' };
    },
  ],
  // Which keys seal what is stored is nothing that a user sees.
  reseal: [(state) => ({ state, outcome: 'done' })],
  rekey: [(state) => ({ state, outcome: 'done' })],
};

/** `held` says what live leases mean for it, where the policy gives them a say. */
function commit(state: State, { inFlight }: Scene, change: Change, held: 'refuse' | 'wait' | 'force'): ReturnType<Step> {
  const { base, content, key } = change;
  const first = state.committed[key];
  if (first !== undefined) return { state, outcome: `version ${first}` };
  if (state.discarded.includes(key)) return { state, outcome: 'CHANGE_OUTDATED' };
  if (state.removed) return { state, outcome: 'NOT_FOUND' };
  if (base !== state.versions.length) return { state, outcome: 'VERSION_CONFLICT' };
  if (inFlight !== 'OVERLAP' && state.leases.length > 0 && held !== 'force') {
    if (held === 'wait' && state.waiting?.key === key) return { state, outcome: 'pending' };
    if (held === 'refuse' || inFlight === 'REFUSE' || state.waiting !== null) return { state, outcome: 'CONNECTION_IN_USE' };
    return { state: { ...state, waiting: change }, outcome: 'pending' };
  }
  const { versions } = relabel(state, (label) => (label === 'CURRENT' ? 'PREVIOUS' : label));
  const version = versions.length + 1;
  const waiting = state.waiting?.key === key ? null : state.waiting;
  const committed = { ...state.committed, [key]: version };
  return {
    state: { ...state, waiting, committed, versions: [...versions, { content, label: 'CURRENT' }] },
    outcome: `version ${version}`,
  };
}

/** A refusal is the outcome; of anything else only the next step tells. */
function begun({ state, outcome = '' }: ReturnType<Step>): ReturnType<Step> {
  return /^[A-Z]/.test(outcome) ? { state, outcome } : { state };
}

function stateOf({ committed, discarded }: State, key: string): string {
  return key in committed ? `version ${committed[key]}` : discarded.includes(key) ? 'discarded' : 'pending';
}

function isEnded({ committed, discarded }: State, key: string): boolean {
  return key in committed || discarded.includes(key);
}

function discard(state: State, key: string): State {
  return { ...state, discarded: [...state.discarded, key], waiting: state.waiting?.key === key ? null : state.waiting };
}

function contentOf({ versions }: State, version: number): string {
  return versions[version - 1]?.content ?? '';
}

function relabel(state: State, label: (old: string, version: number) => string): State {
  return { ...state, versions: state.versions.map((version, index) => ({ ...version, label: label(version.label, index + 1) })) };
}

/** True when the steps of the operations, in some order, give these outcomes and leave this store. */
export function isExplained(scene: Scene, operations: readonly Operation[], outcomes: readonly string[], stored: Stored): boolean {
  const start: State = {
    versions: [
      { content: 'one', label: 'PREVIOUS' },
      { content: 'two', label: 'CURRENT' },
    ],
    removed: false,
    leases: scene.held ? [HELD_VERSION] : [],
    committed: {},
    discarded: [],
    waiting: null,
  };
  const isLeft = (state: State) =>
    state.removed === stored.removed &&
    (state.waiting === null ? 0 : 1) === stored.waiting &&
    state.versions.map(({ content, label }) => `${content} ${label}`).join() === stored.versions.join();
  const search = (state: State, running: readonly { readonly at: number; readonly known: readonly number[] }[]): boolean => {
    if (running.every(({ at }) => at === Infinity)) return isLeft(state);
    return running.some(({ at, known }, index) => {
      const operation = operations[index];
      const step = operation === undefined ? undefined : STEPS[operation][at];
      if (step === undefined) return false;
      const next = step(state, known, scene, index);
      if (next.outcome !== undefined && next.outcome !== outcomes[index]) return false;
      const moved = { at: next.outcome === undefined ? at + 1 : Infinity, known: next.known ?? known };
      return search(next.state, running.with(index, moved));
    });
  };
  return search(
    start,
    operations.map(() => ({ at: 0, known: [] })),
  );
}
