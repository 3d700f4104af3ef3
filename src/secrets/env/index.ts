import { SECRET_MAX_BYTES, type SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';

/** The lead API's prefix, and ours. No setting of the gateway begins so, and no other variable is anybody's secret. */
const VARIABLE = /^(MCD_|CHANGEOVER_SECRET_)[A-Za-z0-9_]{0,200}$/;
const ROOTS = ['MCD_', 'CHANGEOVER_SECRET_'];

/** Secrets in variables of the gateway's own environment, which is read in one place: here it is asked by name. */
export function createEnvProvider(variable: (name: string) => string | undefined): SecretProvider {
  const isPath = (path: string) => VARIABLE.test(path) && !ROOTS.includes(path);
  const isWithin = (path: string, prefix: string) => path.startsWith(prefix);
  return {
    pathForm: 'The name of a variable begins with MCD_ or CHANGEOVER_SECRET_, and holds letters, digits and underscores.',
    prefixForm: 'A prefix of variables begins with MCD_ or CHANGEOVER_SECRET_, and holds letters, digits and underscores.',
    isPath,
    isWithin,
    readPrefix: (prefix) => (VARIABLE.test(prefix) ? prefix : null),
    async read(path, prefixes) {
      if (!isPath(path) || !prefixes.some((prefix) => isWithin(path, prefix))) throw new SecretError('not-granted');
      const value = variable(path);
      if (value === undefined || value === '') throw new SecretError('missing');
      if (Buffer.byteLength(value) > SECRET_MAX_BYTES) throw new SecretError('too-large');
      return Buffer.from(value, 'utf8');
    },
  };
}
