import { describe, expect, test } from 'vitest';
import { detailChanges } from '../../../src/domain/posit/config-details.ts';
import { mergeConfig, requireSameAuthType } from '../../../src/domain/posit/merge-config.ts';
import { PositError } from '../../../src/domain/posit/posit-error.ts';
import type { PositConfig } from '../../../src/domain/posit/template.ts';
import { findTemplate } from '../../../src/domain/posit/templates.ts';

const CUSTOM = {
  auth_mode: 'Confidential',
  authorization_uri: 'https://idp.example/auth',
  token_uri: 'https://idp.example/token',
  client_id: 'c-123',
  client_secret: 'old',
  scopes: 'openid',
};

function merge(sent: Readonly<Record<string, unknown>>, stored: PositConfig = CUSTOM, id = 'custom') {
  const template = findTemplate(id);
  if (template === null) throw new Error(`no template ${id}`);
  return mergeConfig(template, stored, sent);
}

function refusalOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof PositError) return { code: error.positCode, path: error.details.path };
    throw error;
  }
  return null;
}

describe('a config that is sent', () => {
  test('overwrites its own keys and leaves the others, secrets included', () => {
    expect(merge({ scopes: 'openid email' })).toEqual({ config: { ...CUSTOM, scopes: 'openid email' }, isChanged: true });
  });

  test('changes nothing where it says what is stored, unless it holds a secret', () => {
    expect({
      empty: merge({}).isChanged,
      same: merge({ scopes: 'openid', auth_mode: 'Confidential' }).isChanged,
      secret: merge({ client_secret: 'old' }).isChanged,
    }).toEqual({ empty: false, same: false, secret: true });
  });

  test.each([null, {}, []])('takes an optional key away by %j', (nothing) => {
    expect(merge({ scopes: nothing }).config).not.toHaveProperty('scopes');
  });

  test('an empty text takes an optional key away, and is refused as a secret', () => {
    expect({ clear: 'scopes' in merge({ scopes: '' }).config, secret: refusalOf(() => merge({ client_secret: '' })) }).toEqual({
      clear: false,
      secret: { code: 228, path: 'config.client_secret' },
    });
  });

  test.each([
    ['an unknown key', { tennant_id: 'x' }, 'config.tennant_id'],
    ['a value that is none of the choices', { auth_mode: 'secret-value' }, 'config.auth_mode'],
    ['a number for a text', { client_id: 7 }, 'config.client_id'],
    ['a text for a boolean', { use_pkce: 'perhaps' }, 'config.use_pkce'],
    ['an address with credentials', { token_uri: 'https://u:p@idp.example/token' }, 'config.token_uri'],
    ['an address without TLS', { token_uri: 'http://idp.example/token' }, 'config.token_uri'],
    ['the mask of a secret', { client_secret: '********' }, 'config.client_secret'],
    ['a required key that is taken away', { client_id: null }, 'config.client_id'],
    ['a required key that is emptied', { token_uri: '' }, 'config.token_uri'],
    ['a name that could be a value', { 'x y=z': 'v' }, 'config'],
    ['a name of what every object has', { constructor: 'v' }, 'config.constructor'],
    ['a secret beside a public mode', { auth_mode: 'Public', client_secret: 's' }, 'config.client_secret'],
  ])('is refused with %s', (_, sent, path) => {
    expect(refusalOf(() => merge(sent))).toEqual({ code: 228, path });
  });

  test('is never quoted by the refusal', () => {
    const said = [{ auth_mode: 'CANARY' }, { use_pkce: 'CANARY' }, { token_uri: 'CANARY' }, { CANARY_KEY: 'CANARY' }].map((sent) => {
      try {
        merge(sent);
      } catch (error) {
        return String(error);
      }
      return '';
    });
    expect(said.map((text) => text.replace("'CANARY_KEY'", '').includes('CANARY'))).toEqual([false, false, false, false]);
  });

  test.each([
    ['true', true],
    ['False', false],
    [true, true],
  ])('stores a boolean of %j', (sent, stored) => {
    expect(merge({ use_pkce: sent }).config.use_pkce).toBe(stored);
  });

  test('drops what it hides and nobody sent', () => {
    expect(merge({ auth_mode: 'Public' }).config).not.toHaveProperty('client_secret');
  });

  test('may not turn a viewer integration into a service account', () => {
    const template = findTemplate('custom');
    const { config } = merge({ auth_type: 'Service Account' });
    expect(refusalOf(() => template !== null && requireSameAuthType(template, CUSTOM, config))).toEqual({
      code: 238,
      path: 'config.auth_type',
    });
  });

  test('a service account needs no address where users sign in, and may have one', () => {
    const { authorization_uri: _, ...rest } = CUSTOM;
    const account = { ...rest, auth_type: 'Service Account' };
    expect([merge(account, {}).isChanged, merge({ ...account, authorization_uri: 'https://idp.example/auth' }, {}).isChanged]).toEqual([
      true,
      true,
    ]);
  });
});

describe('an open template', () => {
  const stored = { role_arn: 'arn:aws:iam::1:role/r', auth_type: 'Service Account' };

  test('stores keys that it does not name, as secrets where they sound so', () => {
    const aws = findTemplate('aws');
    const { config } = merge({ region: 'eu-west-1', fips: true, my_password: 'p' }, stored, 'aws');
    expect(aws === null ? null : detailChanges(aws, stored, config, ['region', 'fips', 'my_password'])).toEqual({
      otherKeys: '{"fips":true,"region":"eu-west-1"}',
      otherSecrets: '{"my_password":"p"}',
    });
  });

  test('takes neither numbers nor empty secrets nor names of what every object has', () => {
    expect([
      refusalOf(() => merge({ region: 1 }, stored, 'aws')),
      refusalOf(() => merge({ my_password: '' }, stored, 'aws')),
      refusalOf(() => merge(JSON.parse('{"__proto__":"x"}'), stored, 'aws')),
    ]).toEqual([
      { code: 228, path: 'config.region' },
      { code: 228, path: 'config.my_password' },
      { code: 228, path: 'config' },
    ]);
  });
});

test('one of the two addresses of Databricks is enough, and one is needed', () => {
  const client = { client_id: 'c', client_secret: 's' };
  expect([
    merge({ ...client, host: 'adb-1.azuredatabricks.net' }, {}, 'databricks').isChanged,
    merge({ ...client, account_url: 'https://accounts.cloud.databricks.com' }, {}, 'databricks').isChanged,
    refusalOf(() => merge(client, {}, 'databricks')),
  ]).toEqual([true, true, { code: 228, path: 'config.host' }]);
});
