import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { defineHive } from '../families/hive/define-hive.ts';
import { usesTls } from '../families/hive/hive-login.ts';
import { serverFields } from '../kits/fields.ts';
import { optionalName, optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { verifiedTls } from '../kits/sql/tls.ts';

export default defineHive({
  kind: 'hive',
  title: 'Apache Hive',
  lead: { testV1: [{ field: 'testHiveCredentials', explains: false }] },
  tested: {
    against: 'fake',
    what: 'a fake of HiveServer2, with SASL and without, on the service that Apache defines',
    client: 'hive-driver',
  },
  fields: {
    ...serverFields(10000),
    database: optionalName('Database', 'Database of the session, default unless given.', 128),
    username: optionalUser('Name of the user; anonymous unless given.'),
    password: optionalPassword('Password, where the server checks one. It goes over TLS alone, unless sslOptions has disabled.'),
    authMode: setting(z.enum(['SASL', 'NOSASL']).default('SASL'), {
      title: 'Login',
      description: 'SASL or NOSASL, as hive.server2.authentication says.',
    }),
    ssl: verifiedTls(),
  },
  rules: [
    ({ authMode, password }) =>
      authMode === 'NOSASL' && password !== undefined ? { path: 'password', message: 'is for SASL: without it nobody logs in' } : null,
  ],
  login: ({ host = '', port = 10000, authMode = 'SASL', ssl, ...who }) => ({
    ...who,
    host,
    port,
    authMode,
    ssl,
    isTls: usesTls({ host, ssl, password: who.password }),
  }),
  on: ['host', 'port'],
});
