import { type LoginInUse, type Loss, lossesOf } from '../parity.ts';
import { problem, Refusal } from '../problems.ts';
import type { Finding } from '../usual-validators.ts';
import type { AwsCaller, AwsSession } from './aws-session.ts';

/** What the details of every kind that signs have. */
export interface KeyedDetails {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

/** Makes a request that an action permits; null where AWS denies it, which is recorded. */
export type TryAction = <T>(action: string, ask: () => Promise<T>) => Promise<T | null>;

export type ActionTrial<D> = (session: AwsSession, details: D, attempt: TryAction) => Promise<Finding>;

interface Tried {
  readonly allowed: ReadonlySet<string>;
  readonly denied: readonly string[];
  readonly found: Finding;
}

async function tryActions<D>(session: AwsSession, details: D, actions: ActionTrial<D>): Promise<Tried> {
  const allowed = new Set<string>();
  const denied = new Set<string>();
  const found = await actions(session, details, async (action, ask) => {
    try {
      const answer = await ask();
      allowed.add(action);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== 'ACCESS_DENIED') throw error;
      denied.add(action);
      return null;
    }
  });
  return { allowed, denied: [...denied], found };
}

export async function checkActions<D>(session: AwsSession, details: D, actions: ActionTrial<D>): Promise<Finding> {
  const { denied, found } = await tryActions(session, details, actions);
  if (denied.length === 0) return found;
  const statement = allowing(await session.whoAmI(), denied);
  const errors = denied.map((action) =>
    problem('PERMISSION_MISSING', `AWS denied ${action}`, `The identity may not do what its jobs need: ${action}.`, `Run: ${statement}`),
  );
  return { ...found, errors };
}

interface Comparison<D> {
  readonly session: AwsSession;
  readonly credentials: D;
  readonly inUse: LoginInUse<D, AwsSession>;
  readonly actions: ActionTrial<D>;
}

/** The same requests by both, which tells exactly and needs no further rights. An action that nothing could be tried of is not compared. */
export async function lostActions<D>({ session, credentials, inUse, actions }: Comparison<D>): Promise<readonly Loss[]> {
  const { denied } = await tryActions(session, credentials, actions);
  if (denied.length === 0) return [];
  // The details of a login in use that may be read are whole: parity.ts signs in with them.
  const before = await inUse.read((current) => tryActions(current, inUse.settings as D, actions));
  const who = await session.whoAmI();
  return lossesOf(
    denied.filter((action) => before.allowed.has(action)),
    (action) => ({ what: action, mend: allowing(who, [action]) }),
  );
}

/** The command that gives the identity these actions; on everything, since only the owner of the account knows on what. */
function allowing({ arn }: AwsCaller, actions: readonly string[]): string {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
  const [kind, ...names] = arn.split(':').at(-1)?.split('/') ?? [];
  const isRole = kind === 'assumed-role';
  // A role's session follows its name, and a user's path precedes it. What AWS allows in a name needs no quoting.
  const name = names.at(isRole ? 0 : -1) ?? '';
  const [put, option] = isRole ? ['put-role-policy', '--role-name'] : ['put-user-policy', '--user-name'];
  return `aws iam ${put} ${option} ${/^[\w+=,.@-]+$/.test(name) ? name : 'NAME'} --policy-name changeover --policy-document '${document}'`;
}
