import type { AssumableRoles } from '../../domain/aws/gateway-aws.ts';
import type { AskManager, SignedIn } from '../../domain/connection/reference/secret-manager.ts';
import { SECRET_MAX_BYTES, type SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { createKeptSessions } from './kept-sessions.ts';

/** What a manager's names look like, and how it is asked. */
export interface ManagerDefinition extends Omit<SecretProvider, 'read' | 'identify' | 'ownRoots'> {
  /** URL of the module that exports the SecretManager. */
  readonly moduleUrl: string;
  /** The same for every spelling and every version of one secret: what is bound to a destination is so in each of them. */
  identityOf(path: string): string;
  /** The gateway's own login, read anew from the operator's files. Throws SecretError where there is none. A role that the path names is among the roles. */
  login(path: string, roles: AssumableRoles | undefined): Promise<unknown>;
  /** What a session is good for: paths of one audience are read with one. All are unless given. */
  audienceOf?(path: string, roles: AssumableRoles | undefined): string;
  /** What the module is asked to read. */
  questionOf(path: string): unknown;
}

/**
 * A provider whose secrets are read over the network, by a worker. One sign-in serves all reads until it ends. When the manager does not
 * take it any longer, one is made anew, once. `now` only ever goes forward, milliseconds.
 */
export function createManagerProvider(definition: ManagerDefinition, ask: AskManager, now = () => performance.now()): SecretProvider {
  const { moduleUrl, identityOf, login, audienceOf = () => '', questionOf, ...forms } = definition;
  const sessions = createKeptSessions(now);

  async function signIn(path: string, roles: AssumableRoles | undefined): Promise<SignedIn<unknown>> {
    const given = await login(path, roles);
    // Nobody's signal ends it, since whoever comes meanwhile waits for it, too.
    const signedIn = await ask({ moduleUrl, step: 'signIn', login: given });
    // The module's own answer, as its type says it.
    return signedIn as SignedIn<unknown>;
  }

  async function readWith(session: unknown, path: string, signal: AbortSignal): Promise<Buffer> {
    const value = (await ask({ moduleUrl, step: 'read', session, question: questionOf(path) }, signal)) as Uint8Array;
    if (value.length <= SECRET_MAX_BYTES) return Buffer.from(value.buffer, value.byteOffset, value.length);
    value.fill(0);
    throw new SecretError('too-large');
  }

  return {
    ...forms,
    identify: async (path) => (forms.isPath(path) ? identityOf(path) : null),
    async read(path, prefixes, signal, roles) {
      if (!forms.isPath(path) || !prefixes.some((prefix) => forms.isWithin(path, prefix))) throw new SecretError('not-granted');
      const role = forms.roleOf?.(path) ?? null;
      // A session that was begun under an earlier grant is still kept.
      if (role !== null && roles?.roles.includes(role) !== true) throw new SecretError('not-granted', 'its role');
      const audience = audienceOf(path, roles);
      const session = await sessions.find(audience, () => signIn(path, roles));
      try {
        return await readWith(session, path, signal);
      } catch (error) {
        if (!(error instanceof SecretError) || error.failure !== 'signed-out') throw error;
        sessions.drop(audience, session);
        return await readWith(await sessions.find(audience, () => signIn(path, roles)), path, signal);
      }
    },
  };
}
