import { z } from 'zod';
import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { host, port, secretText, text } from '../../domain/connector/field-types.ts';
import { optionalUrl, word } from '../kits/fields.ts';
import { databaseField } from '../kits/login-fields.ts';
import { together } from '../kits/rules.ts';
import { verifiedTls } from '../kits/sql/tls.ts';

export const fields = {
  host: setting(host(), { endpoint: true, title: 'Host', description: 'Host name or IP address of the database.' }),
  port: setting(port(1025), {
    endpoint: true,
    names: { selfHosted: { dbs_port: true } },
    title: 'Port',
    description: 'TCP port, 1025 unless given; where tdSslmode wants TLS, 443 in the place of 1025.',
  }),
  database: databaseField(text(128).optional(), 'The database that has to be readable; any unless given.'),
  user: setting(
    text(128).refine((value) => !value.includes(':'), 'may not hold a colon'),
    { identity: true, title: 'User', description: 'Name of the user.' },
  ),
  password: secret(secretText(), { title: 'Password', description: 'Password of the user.' }),
  tdSslmode: setting(z.enum(['DISABLE', 'ALLOW', 'PREFER', 'REQUIRE', 'VERIFY_CA', 'VERIFY_FULL']).optional(), {
    names: { leadType: 'TeradataSSLModeEnum', leadUpdateType: 'TeradataSSLModeUpdateEnum' },
    title: 'TLS mode',
    description: 'How jobs connect to the database. REQUIRE and more are tried out.',
  }),
  tdLogmech: setting(z.enum(['TD2', 'BROWSER', 'JWT', 'LDAP', 'KRB5', 'TDNEGO']).optional(), {
    names: { leadType: 'TeradataLogMechEnum', leadUpdateType: 'TeradataLogMechUpdateEnum' },
    title: 'Logon mechanism',
    description: 'How the user is authenticated, TD2 unless given.',
  }),
  queryServiceUrl: optionalUrl(
    'Query Service URL',
    'Base address of the Query Service, as in https://host:1443/api/query: the only way to sign in from here.',
  ),
  systemName: setting(word(/^[A-Za-z0-9_.-]+$/, 'must be the name of a system').optional(), {
    endpoint: true,
    title: 'System',
    description: 'What the Query Service calls this database.',
  }),
  ssl: verifiedTls(),
};

export type TeradataDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<TeradataDetails>[] = [together('queryServiceUrl', 'systemName')];
