import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { word } from '../kits/fields.ts';
import { exactlyOne } from '../kits/rules.ts';
import { verifiedTls } from '../kits/sql/tls.ts';
import { placeOf, readRepository } from './repository.ts';

export const fields = {
  repoUrl: setting(
    text(2048).refine((value) => readRepository(value) !== null, 'must be the https or SSH address of a repository, without a password'),
    {
      endpoint: { part: placeOf },
      identity: true,
      title: 'Repository',
      description: 'Address of the repository of the LookML project: https://host/path.git with token, or git@host:path.git with sshKey.',
    },
  ),
  username: setting(
    text(255)
      .refine((value) => !value.includes(':'), 'may not hold a colon')
      .optional(),
    { identity: true, title: 'User', description: 'Name that goes with the token; the one that the host wants for tokens unless given.' },
  ),
  token: secret(secretText().optional(), {
    title: 'Token',
    description: 'Access token, or password, of an https repository; reading is enough.',
  }),
  sshKey: secret(secretText().optional(), {
    title: 'SSH key',
    description: 'Private key of an SSH repository, without a passphrase: its file, or base64 of that. A deploy key is enough.',
  }),
  ssl: verifiedTls({ leadUpdateType: 'SslOptions' }),
  hostKey: setting(word(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint as ssh-keygen -l prints it, SHA256:...').optional(), {
    endpoint: { part: (value) => value ?? null, stricter: (before) => before === null },
    title: 'Host key',
    description: "SHA-256 fingerprint of the SSH server's key; without it, whoever answers is believed.",
  }),
};

export type GitDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<GitDetails>[] = [
  exactlyOne('token', 'sshKey'),
  ({ repoUrl, sshKey }) =>
    (readRepository(repoUrl)?.by === 'ssh') === (sshKey !== undefined)
      ? null
      : { path: 'repoUrl', message: 'must be an SSH address for sshKey, and an https URL for token' },
];
