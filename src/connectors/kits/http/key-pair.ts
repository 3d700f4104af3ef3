import type { Rule } from '../../../domain/connector/connector.ts';
import { secret } from '../../../domain/connector/field.ts';
import { secretText } from '../../../domain/connector/field-types.ts';
import { onlyWith } from '../rules.ts';
import { isPrivateKey } from './rsa-key.ts';

/** The RSA key of a login that is proved by a signature. */
export const keyPairFields = {
  privateKey: secret(secretText().refine(isPrivateKey, 'must be base64 of the PEM of a private key').optional(), {
    names: { selfHosted: { private_key_pem: (pem) => (typeof pem === 'string' ? Buffer.from(pem, 'utf8').toString('base64') : pem) } },
    title: 'Private key',
    description: 'RSA key of key-pair authentication: base64 of its PEM file, which may be encrypted.',
  }),
  privateKeyPassphrase: secret(secretText().optional(), { title: 'Passphrase', description: 'Passphrase of an encrypted private key.' }),
};

export const keyPairRule: Rule<{ readonly privateKey?: unknown; readonly privateKeyPassphrase?: unknown }> = onlyWith(
  'privateKeyPassphrase',
  'privateKey',
);
