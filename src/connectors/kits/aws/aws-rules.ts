import type { Rule } from '../../../domain/connector/connector.ts';
import { onlyWith, together } from '../rules.ts';

interface Keyed {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** All that belongs to an access key comes with one. */
export const awsKeyRules: readonly Rule<Keyed>[] = [together('secretAccessKey', 'accessKeyId'), onlyWith('sessionToken', 'accessKeyId')];

/** Somebody signs: a key of the connection's own, or the gateway, which assumes the role of this field. */
export function keyOrRole<K extends string>(role: K): Rule<Keyed & Readonly<Partial<Record<K, unknown>>>> {
  return (details) =>
    details.accessKeyId === undefined && details[role] === undefined
      ? {
          path: 'accessKeyId',
          message: `is required, with secretAccessKey; or ${role} alone, which the gateway assumes where the operator granted it`,
        }
      : null;
}

/** Where the gateway's own identity is sent is no choice of who names a role: a signed request is worth something to whoever gets it. */
export function ownEndpoints<K extends string>(...endpoints: readonly K[]): Rule<Keyed & Readonly<Partial<Record<K, unknown>>>> {
  return (details) => {
    const given = details.accessKeyId === undefined ? endpoints.find((name) => details[name] !== undefined) : undefined;
    return given === undefined
      ? null
      : {
          path: given,
          message:
            "is for an access key of the connection's own; where AWS answers the gateway is for its operator (CHANGEOVER_AWS_ENDPOINTS)",
        };
  };
}
