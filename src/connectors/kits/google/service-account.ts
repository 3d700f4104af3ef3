import { z } from 'zod';
import { secretText } from '../../../domain/connector/field-types.ts';
import { jsonObject } from '../fields.ts';

/**
 * Of the key file of a service account, what is used. Other types of the file make libraries fetch URLs and run programs, and
 * `token_uri` would send the signature wherever it says: neither is obeyed.
 */
const ACCOUNT = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(3).max(320),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).max(256),
  project_id: z.string().max(256).optional(),
});

export type ServiceAccount = z.output<typeof ACCOUNT>;

const WHAT = 'must be the JSON key of a service account, whose type is service_account';

/** Null for a text that is no such file, in base64 or as it is. */
export function readServiceAccount(given: string): ServiceAccount | null {
  try {
    return ACCOUNT.parse(JSON.parse(/^\s*\{/.test(given) ? given : Buffer.from(given, 'base64').toString('utf8')));
  } catch {
    return null;
  }
}

function isServiceAccount(given: string): boolean {
  return readServiceAccount(given) !== null;
}

/** The same of a text whose field has seen that it is one. */
export function serviceAccountIn(given: string): ServiceAccount {
  const account = readServiceAccount(given);
  if (account === null) throw new TypeError('the text is no service account');
  return account;
}

/** The file as it is, as text or as an object. */
export function serviceAccountJson() {
  return jsonObject().refine(isServiceAccount, WHAT);
}

/** The file in base64, as the lead API has it, or as it is. */
export function serviceAccountText() {
  return secretText().refine(isServiceAccount, WHAT);
}

/** Its address and its project are no secret; they are shown of whoever signs in. */
export function secretsOfAccount(given: string): readonly string[] {
  const { private_key: key, private_key_id: id } = readServiceAccount(given) ?? { private_key: '', private_key_id: '' };
  return [key.replaceAll('\\n', '\n'), id].filter((part) => part !== '');
}

/** A file that stands for itself in a manager of secrets. */
export function serviceAccountOf(held: Readonly<Record<string, unknown>>): string | undefined {
  return held.type === 'service_account' ? JSON.stringify(held) : undefined;
}
