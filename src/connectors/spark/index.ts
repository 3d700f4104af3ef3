import { group, secret, setting } from '../../domain/connector/field.ts';
import { host, httpUrl, port, secretText, text } from '../../domain/connector/field-types.ts';
import { defineHive } from '../families/hive/define-hive.ts';
import { type HiveLogin, usesTls } from '../families/hive/hive-login.ts';
import { isLoopback } from '../kits/fields.ts';
import { exactlyOne } from '../kits/rules.ts';
import { type TlsOptions, verifiedTls } from '../kits/sql/tls.ts';

const who = {
  username: setting(text(255), { description: 'Name of the user.' }),
  password: secret(secretText(), { description: 'Password of the user. It goes over TLS alone, unless sslOptions has disabled.' }),
};

export default defineHive({
  kind: 'spark',
  title: 'Apache Spark',
  lead: { testV1: [{ field: 'testSparkCredentials', explains: false }] },
  tested: { against: 'server', what: "Spark 3.5.7's own Thrift server, over TCP and over HTTP" },
  fields: {
    binaryMode: group(
      {
        host: setting(host(), { description: 'Host name or IP address of the Thrift server.' }),
        port: setting(port(10000), { description: 'TCP port, 10000 unless given.' }),
        database: setting(text(128), { description: 'Database of the session.' }),
        ...who,
      },
      {
        names: { leadType: 'SparkBinaryInput' },
        title: 'Binary mode',
        description: 'The Thrift server over TCP. Give this, or httpMode.',
        endpoint: { part: (value) => (value === undefined ? null : `${value.host}:${value.port}`) },
      },
    ),
    httpMode: group(
      {
        url: setting(httpUrl(), { description: 'Address of the Thrift server, such as https://spark.example.com:10001/cliservice.' }),
        ...who,
      },
      {
        names: { leadType: 'SparkHttpInput' },
        title: 'HTTP mode',
        description: 'The Thrift server over HTTP.',
        endpoint: { part: (value) => (value === undefined ? null : new URL(value.url).origin) },
      },
    ),
    ssl: verifiedTls(),
  },
  rules: [exactlyOne('binaryMode', 'httpMode'), ({ httpMode, ssl }) => (httpMode === undefined ? null : schemeRule(httpMode.url, ssl))],
  login({ binaryMode, httpMode, ssl }): HiveLogin {
    if (binaryMode !== undefined) return { ...binaryMode, authMode: 'SASL', ssl, isTls: usesTls({ ...binaryMode, ssl }) };
    // The rules of the kind have it that one of both is given; a version in use was parsed by them, too.
    const { url = 'http://invalid', ...login } = httpMode ?? {};
    const { hostname, port: given, pathname, search, protocol } = new URL(url);
    const isTls = protocol === 'https:';
    return {
      ...login,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(given || (isTls ? 443 : 80)),
      path: pathname + search,
      authMode: 'SASL',
      ssl,
      isTls,
    };
  },
  on: ['binaryMode', 'httpMode'],
});

function schemeRule(url: string, ssl: TlsOptions | undefined) {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:')
    return ssl?.disabled === true ? { path: 'sslOptions.disabled', message: 'contradicts https; give the http URL of the server' } : null;
  return ssl?.disabled === true || isLoopback(hostname)
    ? null
    : {
        path: 'httpMode.url',
        message: 'must be https: over http anybody on the way could read the password; or give sslOptions with disabled',
      };
}
