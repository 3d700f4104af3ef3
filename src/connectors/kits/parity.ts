import type { Problem } from '../../domain/connector/validation.ts';
import type { ValidatorInput, ValidatorReport } from '../../domain/connector/validator.ts';
import { NotChecked, problem } from './problems.ts';

/** Something that the login in use may do and the new one may not, and the statement that gives it. */
export interface Loss {
  readonly what: string;
  readonly mend: string;
}

/** How the login in use is compared with the new one. */
export interface Parity<D, S> {
  /** What a login is called among its settings; undefined where they do not say whose it is. */
  login(details: Partial<D>): string | undefined;
  /** Settings that say on which system it is: one name on two of them is not one login. */
  readonly on: readonly (keyof D & string)[];
  /** True when two settings of one name are one login; unless given, they are. */
  isSame?(before: Partial<D>, after: D): boolean;
  /** Why there is nothing to compare with where the login in use is not named. */
  readonly unnamed?: string;
  /** Logs in as the login in use, too: its secrets are given to the check. */
  readonly comparesLogins?: true;
  /** What is lost; with `warnings`, where not all of it could be looked at. */
  losses(session: S, inUse: LoginInUse<D, S>, input: ValidatorInput<D>): Promise<Losses>;
}

type Losses = readonly Loss[] | { readonly losses: readonly Loss[]; readonly warnings: readonly Problem[] };

export interface LoginInUse<D, S> {
  readonly name: string;
  readonly settings: Partial<D>;
  /** Reads something in a session of its own. Only of a kind that `comparesLogins`. */
  read<T>(use: (session: S) => Promise<T>): Promise<T>;
}

interface Comparison<D, S> {
  readonly parity: Parity<D, S>;
  /** A session of the new login, in which its refusals become problems. */
  inSession(check: (session: S) => Promise<Partial<ValidatorReport>>): Promise<ValidatorReport>;
  /** A session of whatever login. */
  withSession<T>(credentials: D, use: (session: S) => Promise<T>): Promise<T>;
}

export async function compareLogins<D, S>(
  { parity, inSession, withSession }: Comparison<D, S>,
  input: ValidatorInput<D>,
): Promise<ValidatorReport> {
  const { current, credentials } = input;
  if (current === null) return reportLosses(null, []);
  const name = parity.login(current);
  if (name === undefined) throw notComparable('the login in use is not named', parity.unnamed ?? 'The settings in use do not name a login');
  if (name === parity.login(credentials) && parity.isSame?.(current, credentials) !== false) {
    // The same login needs no comparison, unless the name is used on another system: what it may do there is not known.
    if (parity.on.every((key) => current[key] === credentials[key])) return reportLosses(name, []);
    if (parity.comparesLogins !== true)
      throw notComparable('the same login on another system', 'The login is called the same, but on another server or database');
  }
  const read: LoginInUse<D, S>['read'] = async (use) => {
    try {
      // The details of a saved version are whole: they were parsed by the fields of this kind before they were sealed.
      return await withSession(current as D, use);
    } catch {
      // The reason does not matter here: validating the version in use shows it.
      throw notComparable('the login in use could not log in', 'The login in use does not get in any more, and could not be asked');
    }
  };
  return await inSession(async (session) => {
    const found = await parity.losses(session, { name, settings: current, read }, input);
    return 'losses' in found ? { ...reportLosses(name, found.losses), warnings: found.warnings } : reportLosses(name, found);
  });
}

/** Where the login in use can't be examined, nothing is known about losses. That is a warning and no failure. */
export function notComparable(cause: string, reason: string): NotChecked {
  return new NotChecked(
    cause,
    `${reason}, so there is nothing to compare with.`,
    'Check by hand that the new login may do what the jobs need.',
  );
}

/** For servers that show everybody his own rights alone: both log in, each to the server that it is for. */
export const ofOwnRights = {
  login: ({ user }: { readonly user?: string | undefined }) => user,
  on: ['host', 'port'],
  comparesLogins: true,
} as const;

/**
 * Of the rights that one login has, those that the other has neither as they are nor by a wider one. `keysOf` gives the key of a right, and
 * behind it those of all that cover it.
 */
export function rightsLost<R>(had: readonly R[], has: readonly R[], keysOf: (right: R) => readonly string[]): readonly R[] {
  const held = new Set(has.map((right) => keysOf(right)[0]));
  return had.filter((right) => keysOf(right).every((key) => !held.has(key)));
}

/** Something that GRANT gives in the words by which it is called. */
export function grantLoss(granted: string, to: string, what = granted): Loss {
  return { what, mend: `GRANT ${granted} ${to}` };
}

/** A privilege on an object of a type, by the words of GRANT. */
export function objectLoss(privilege: string, type: string, name: string, to: string): Loss {
  return grantLoss(`${privilege} ON ${type} ${name}`, to, `${privilege} on ${type.toLowerCase()} ${name}`);
}

/** What one login has and the other lacks, each listed once. */
export function lossesOf<G>(lost: readonly G[], describe: (grant: G) => Loss): readonly Loss[] {
  return [...new Map(lost.map(describe).map((loss) => [loss.what, loss])).values()];
}

/** Most losses that are listed one by one; the rest is counted. */
const MOST = 50;

function reportLosses(comparedWith: string | null, losses: readonly Loss[]): ValidatorReport {
  const errors = losses
    .slice(0, MOST)
    .map(({ what, mend }) =>
      problem('PERMISSION_LOST', what, `The login in use may do this, and the new one may not: ${what}.`, `Run: ${mend}`),
    );
  return { errors, warnings: [], data: { returnedData: { comparedWith, lost: losses.length } } };
}
