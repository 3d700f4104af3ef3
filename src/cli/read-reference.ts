import { SECRET_PROVIDERS } from '../domain/connection/secret-reference.ts';
import { UsageError } from './usage-error.ts';

export interface NamedReference {
  readonly provider: string;
  readonly path: string;
  readonly key: string | null;
}

/** `provider:path`, or `provider:path#key` for one member of the secret. What was given is not quoted: it may be a secret. */
export function readReference(text: string): NamedReference {
  const [, provider = '', path = '', key] = /^([a-z]+):([^#]+)(?:#([^#]+))?$/.exec(text) ?? [];
  if (!SECRET_PROVIDERS.some((known) => known === provider))
    throw new UsageError(
      `--reference takes provider:path or provider:path#key, such as env:MCD_SALES or file:/run/secrets/sales.json#admin; providers: ${SECRET_PROVIDERS.join(', ')}.`,
    );
  return { provider, path, key: key ?? null };
}

/** As a person writes it. */
export function writeReference({ provider, path, key }: NamedReference): string {
  return `${provider}:${path}${key === null ? '' : `#${key}`}`;
}
