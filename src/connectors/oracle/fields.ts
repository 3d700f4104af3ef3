import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { host, port } from '../../domain/connector/field-types.ts';
import { word } from '../kits/fields.ts';
import { loginFields } from '../kits/login-fields.ts';
import { tls } from '../kits/sql/tls.ts';

/** `host:port/service`, as a driver's dsn has it in a secret that stays outside. */
const DSN = /^(?:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/([^/]+)$/;
const ofDsn = (part: 1 | 2 | 3) => (value: unknown) => DSN.exec(String(value))?.[part] ?? (part === 2 ? undefined : value);

export const fields = {
  host: setting(host(), {
    endpoint: true,
    names: { selfHosted: { dsn: ofDsn(1) } },
    title: 'Host',
    description: 'Host name or IP address of the listener.',
  }),
  port: setting(port(1521), {
    endpoint: true,
    names: { selfHosted: { dsn: ofDsn(2) } },
    title: 'Port',
    description: 'TCP port of the listener, 1521 unless given; 2484 with TLS as a rule.',
  }),
  // The driver takes a name of one letter for something else.
  database: setting(word(/^[A-Za-z0-9_][A-Za-z0-9_.$#-]+$/, 'must be the name of a service'), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name', selfHosted: { dsn: ofDsn(3) } },
    title: 'Service',
    description: 'Name of the service that the listener knows the database by.',
  }),
  ...loginFields(128),
  ssl: tls(),
};

export type OracleDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<OracleDetails>[] = [
  // A name is put into a connect string, where these would begin something else.
  ({ host: name }) => (/^[A-Za-z0-9._:-]+$/.test(name) ? null : { path: 'host', message: 'must be a host name or an address' }),
  ({ ssl }) =>
    ssl?.skipCertVerification === true || ssl?.verifyCert === false
      ? { path: 'sslOptions.skipCertVerification', message: 'is not possible: the driver verifies certificates always' }
      : null,
];
