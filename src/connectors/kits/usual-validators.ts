import type { Description } from '../../domain/connector/describe.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { type Validator, type ValidatorInput, type ValidatorReport, validator } from '../../domain/connector/validator.ts';
import { compareLogins, type Parity } from './parity.ts';
import { NotChecked, problem, Refusal } from './problems.ts';

/** What a check found. What is left out is empty: a check that finds nothing has passed. */
export type Finding = Partial<ValidatorReport>;

/** Runs a statement, and shows what was answered. */
export async function answered(query: string, run: (query: string) => Promise<unknown>): Promise<Finding> {
  return { data: { queriesWithResults: [{ query, rows: JSON.stringify(await run(query)) }] } };
}

export type Check<D, S> = (session: S, input: ValidatorInput<D>) => Promise<Finding>;

/** Who a login is and, if it may do anything, what to do about that, as in `run: REVOKE ...;`. */
export interface Identity {
  readonly who: unknown;
  readonly administrator?: string | null;
  readonly warnings?: readonly Problem[];
}

export type IdentityCheck<D, S> = (session: S, input: ValidatorInput<D>) => Promise<Identity>;

/** A check beside the usual ones, or, by the name of one of those, in its place. */
export interface NamedCheck<D, S> {
  readonly description: string;
  readonly run: Check<D, S>;
}

/** What every kind says about itself, whatever protocol it uses; each kit adds how a session is opened. */
export interface Checks<D, S> {
  /** What texts call the system, as at the beginning of a sentence; the title unless given. */
  readonly called?: string;
  readonly permissions?: Check<D, S> | undefined;
  readonly parity?: Parity<D, S> | undefined;
  /** By their names, `validate_...`; they stand behind the identity, in this order. */
  readonly checks?: Readonly<Record<string, NamedCheck<D, S>>> | undefined;
  /** Descriptions of the usual validators that say more than the usual ones. */
  readonly describes?: Readonly<Partial<Record<UsualName, string>>> | undefined;
}

/** A kind as its kit hands it to the validators. */
export interface System<D, S> extends Checks<D, S> {
  readonly title: string;
  readonly connection: Check<D, S>;
  readonly identity?: IdentityCheck<D, S> | undefined;
  withSession<T>(input: ValidatorInput<D>, use: (session: S) => Promise<T>): Promise<T>;
  /** Before a session is opened, such as to tell the failures of the network apart. */
  readonly reach?: ((input: ValidatorInput<D>) => Promise<unknown>) | undefined;
  /** The problem that an error stands for. Errors that did not come from the system are thrown again, for the worker to explain. */
  explain(error: unknown, input: ValidatorInput<D>): Problem;
  /** What of an error is shown as data beside that problem. */
  readonly shows?: ((error: unknown) => Finding['data']) | undefined;
}

const USUAL = {
  validate_connection: 'Connects and logs in; says which of these failed.',
  validate_identity: 'Asks who the login is, and warns of one that may do anything.',
  validate_permissions: 'Checks that the login may read what its jobs need.',
  validate_permission_parity:
    'Compares with the login in use: lists what it may do that the new one may not, with the statement that gives it.',
} as const;

export type UsualName = keyof typeof USUAL;

type Run<D> = (input: ValidatorInput<D>) => Promise<ValidatorReport>;

/** Those of the four usual validators that the kind defines, and its own ones. Each runs in a session of the candidate's login. */
export function usualValidators<D, S>(system: System<D, S>): readonly Validator<D>[] {
  const { title, connection, identity, permissions, parity, checks = {}, reach } = system;
  const within =
    (check: Check<D, S>): Run<D> =>
    (input) =>
      reported(system, input, () => system.withSession(input, async (session) => whole(await check(session, input))));
  const runs: Readonly<Record<string, Run<D>>> = {
    async validate_connection(input) {
      await reach?.(input);
      return await within(connection)(input);
    },
    ...(identity === undefined ? {} : { validate_identity: within((session, input) => tellIdentity(title, identity(session, input))) }),
    ...(permissions === undefined ? {} : { validate_permissions: within(permissions) }),
    ...(parity === undefined ? {} : { validate_permission_parity: comparing(system, parity, within) }),
    ...Object.fromEntries(Object.entries(checks).map(([name, { run }]) => [name, within(run)])),
  };
  const own = Object.keys(checks).filter((name) => !Object.hasOwn(USUAL, name));
  const order = ['validate_connection', 'validate_identity', ...own, 'validate_permissions', 'validate_permission_parity'];
  return order.flatMap((name) => {
    const run = runs[name];
    if (run === undefined) return [];
    return [
      validator<D>(name, {
        ...(name === 'validate_connection' ? { mandatory: true, periodic: true } : { after: ['validate_connection'] }),
        comparesLogins: name === 'validate_permission_parity' && parity?.comparesLogins === true,
        description: checks[name]?.description ?? system.describes?.[name as UsualName] ?? USUAL[name as UsualName],
        run: name.startsWith('validate_permission') ? unlessSkipped(run) : run,
      }),
    ];
  });
}

/** Lists what a login sees, in a session of its own: failures are told as those of validators are. */
export function describing<D, S>(
  system: Pick<System<D, S>, 'withSession' | 'explain' | 'reach'>,
  list: (session: S, input: ValidatorInput<D>) => Promise<Description>,
): Run<D> {
  return async (input) => {
    await system.reach?.(input);
    return await reported(system, input, () =>
      system.withSession(input, async (session) => whole({ data: { returnedData: await list(session, input) } })),
    );
  };
}

function comparing<D, S>(system: System<D, S>, parity: Parity<D, S>, within: (check: Check<D, S>) => Run<D>): Run<D> {
  return (input) =>
    reported(system, input, () =>
      compareLogins(
        {
          parity,
          inSession: (check) => within(check)(input),
          withSession: (credentials, use) => system.withSession({ ...input, credentials }, use),
        },
        input,
      ),
    );
}

/** What was found, or what the error that ended the check says. */
async function reported<D, S>(
  system: Pick<System<D, S>, 'explain' | 'shows'>,
  input: ValidatorInput<D>,
  check: () => Promise<ValidatorReport>,
): Promise<ValidatorReport> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof NotChecked) return { errors: [], warnings: [error.problem] };
    if (error instanceof Refusal) return { errors: [error.problem], warnings: [] };
    const data = system.shows?.(error);
    return { errors: [system.explain(error, input)], warnings: [], ...(data === undefined ? {} : { data }) };
  }
}

function whole({ errors = [], warnings = [], data }: Finding): ValidatorReport {
  return { errors, warnings, ...(data === undefined ? {} : { data }) };
}

/** Returns SKIPPED where the caller asked to leave permission checks out. */
function unlessSkipped<D>(run: Run<D>): Run<D> {
  return async (input) => (input.options.skipPermissionTests ? { errors: [], warnings: [SKIPPED] } : await run(input));
}

const SKIPPED = problem(
  'SKIPPED',
  'skipPermissionTests was set',
  'Permissions were not checked, as was asked for.',
  'Run it again without skipPermissionTests.',
);

/** Who the login is, with a warning where it may do anything. */
async function tellIdentity(title: string, identity: Promise<Identity>): Promise<Finding> {
  const { who, administrator = null, warnings = [] } = await identity;
  const data = { returnedData: who };
  if (administrator === null) return { warnings, data };
  const instead = `Use a login with just what the jobs need, or ${administrator}`;
  return {
    warnings: [problem('NOT_PROTECTED', 'the login is an administrator', `This login may do anything in ${title}.`, instead), ...warnings],
    data,
  };
}
