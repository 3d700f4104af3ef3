import { SECRET_PROVIDERS } from '../../domain/connection/reference/secret-reference.ts';
import type { SecretProvider } from '../documents/documents.ts';
import { objectOf } from '../object-of.ts';
import { UsageError } from '../usage-error.ts';

export interface NamedReference {
  readonly provider: SecretProvider;
  readonly path: string;
  readonly key: string | null;
}

/** `provider:path`, or `provider:path#key` for one member of the secret. What was given is not quoted: it may be a secret. */
export function readReference(text: string): NamedReference {
  const [, provider = '', path = '', key] = /^([a-z]+):([^#]+)(?:#([^#]+))?$/.exec(text) ?? [];
  const known = SECRET_PROVIDERS.find((name) => name === provider);
  if (known === undefined)
    throw new UsageError(
      `--reference takes provider:path or provider:path#key, such as env:MCD_SALES or file:/run/secrets/sales.json#admin; providers: ${SECRET_PROVIDERS.join(', ')}.`,
    );
  return { provider: known, path, key: key ?? null };
}

/** A reference of a version, as a person writes it. */
export function writeReference(reference: unknown): string {
  const { provider, path, key = null } = objectOf(reference);
  return `${provider}:${path}${key === null ? '' : `#${key}`}`;
}
