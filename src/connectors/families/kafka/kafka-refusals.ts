import { type Meanings, says } from '../../kits/problems.ts';

/** What the error codes of Confluent's REST APIs mean, which open source servers use as well. */
export const KAFKA_REFUSALS = {
  401: says('CREDENTIALS_REJECTED', 'The server refused the login.', 'Check it, and that it is a login of this very cluster.'),
  403: says('PERMISSION_MISSING', 'The login may not do this.', 'Give it Describe on the cluster and on its topics or connectors.'),
  404: says('DATABASE_NOT_FOUND', 'The server knows no such cluster.', 'Check cluster and url.'),
  409: says('PROVIDER_DOWN', 'The workers are sharing out their work anew at the moment.', 'Try again in a minute.'),
  50002: 'PROVIDER_DOWN',
  50003: 'PROVIDER_DOWN',
  50302: says(
    'PROVIDER_DOWN',
    'The server does not reach its brokers.',
    'Check that the brokers are up, and that the server may reach them.',
  ),
} as const satisfies Meanings<unknown>;
