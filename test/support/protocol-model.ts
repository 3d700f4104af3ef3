/** What the protocol promises of one connection, without a store: each operation as the steps that it may be interleaved at. */

export const OPERATIONS = ['commit B', 'commit C', 'roll back', 'lease', 'read', 'release', 'retire', 'remove'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A connection with versions 1, due to retire, and 2; B and C are staged on 2, and a job may hold a lease on 1. */
export interface Scene {
  readonly refuse: boolean;
  readonly held: boolean;
}

/** What is left at the end, and what the tests compare with the store. */
export interface Stored {
  readonly removed: boolean;
  readonly versions: readonly string[];
}

interface Version {
  readonly content: string;
  readonly label: string;
}

interface State {
  readonly versions: readonly Version[];
  readonly removed: boolean;
  /** Versions that live leases pin. */
  readonly leases: readonly number[];
  readonly committed: Readonly<Record<string, number>>;
}

/** A step gives the next state, and either the outcome or what the operation's next step has to know. */
type Step = (
  state: State,
  known: readonly number[],
  scene: Scene,
) => { readonly state: State; readonly outcome?: string; readonly known?: readonly number[] };

const HELD_VERSION = 1;

const STEPS: Readonly<Record<Operation, readonly Step[]>> = {
  'commit B': [(state, _, scene) => commit(state, scene, { base: 2, content: 'B', key: 'B' })],
  'commit C': [(state, _, scene) => commit(state, scene, { base: 2, content: 'C', key: 'C' })],
  // It reads what it is based on, then what it goes back to, and is committed like any other change.
  'roll back': [
    (state) => (state.removed ? { state, outcome: 'NOT_FOUND' } : { state, known: [state.versions.length] }),
    (state, [base = 0]) => {
      const target = state.versions.findLastIndex(({ label }) => label === 'PREVIOUS') + 1;
      return target === 0 ? { state, outcome: 'NOT_FOUND' } : { state, known: [base, target] };
    },
    (state, [base = 0, target = 0], scene) => commit(state, scene, { base, content: contentOf(state, target), key: null }),
  ],
  lease: [
    (state) => {
      const version = state.versions.length;
      if (state.removed) return { state, outcome: 'NOT_FOUND' };
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
};

function commit(
  state: State,
  { refuse }: Scene,
  change: { readonly base: number; readonly content: string; readonly key: string | null },
): ReturnType<Step> {
  const first = change.key === null ? undefined : state.committed[change.key];
  if (first !== undefined) return { state, outcome: `version ${first}` };
  if (state.removed) return { state, outcome: 'NOT_FOUND' };
  if (change.base !== state.versions.length) return { state, outcome: 'VERSION_CONFLICT' };
  if (refuse && state.leases.length > 0) return { state, outcome: 'CONNECTION_IN_USE' };
  const { versions } = relabel(state, (label) => (label === 'CURRENT' ? 'PREVIOUS' : label));
  const version = versions.length + 1;
  const committed = change.key === null ? state.committed : { ...state.committed, [change.key]: version };
  return {
    state: { ...state, committed, versions: [...versions, { content: change.content, label: 'CURRENT' }] },
    outcome: `version ${version}`,
  };
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
  };
  const isLeft = (state: State) =>
    state.removed === stored.removed && state.versions.map(({ content, label }) => `${content} ${label}`).join() === stored.versions.join();
  const search = (state: State, running: readonly { readonly at: number; readonly known: readonly number[] }[]): boolean => {
    if (running.every(({ at }) => at === Infinity)) return isLeft(state);
    return running.some(({ at, known }, index) => {
      const operation = operations[index];
      const step = operation === undefined ? undefined : STEPS[operation][at];
      if (step === undefined) return false;
      const next = step(state, known, scene);
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
