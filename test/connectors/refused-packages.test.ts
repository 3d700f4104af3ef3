import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createScratchInstall } from '../support/gateway/scratch-install.ts';

const install = createScratchInstall();
afterAll(() => install.remove());

const ASTRAY =
  'is, or holds, a secret, and no setting says where it is sent. Mark those that do, such as setting(host(), { endpoint: true }) or setting(httpUrl(), { endpoint: ORIGIN }).';

describe('a package that can not be used ends the start with one line that names it and the reason', () => {
  const packageJson = JSON.stringify({ type: 'module', exports: './index.js' });
  const connector = (kind: string, more = '') =>
    `import { defineConnector, validator, setting, secret, secretText, group, httpUrl, z } from 'changeover/connector';
     export default defineConnector({ kind: '${kind}', title: 'T', category: 'other', fields: {${more}}, validators: [validator('validate_connection', { mandatory: true, description: 'd', run: async () => ({ errors: [], warnings: [] }) })] });`;
  const packages: Readonly<Record<string, string>> = {
    'throws-at-once': "throw new Error('the sky is falling\\nand more');",
    'exports-nothing': 'export const connector = 1;',
    'defines-webhook': connector('webhook'),
    'one-kind': connector('same-kind'),
    'same-kind': connector('same-kind'),
    'odd-field': connector('odd', 'when: setting(z.date())'),
    'no-endpoint': connector('astray', 'url: setting(httpUrl()), apiKey: secret(secretText())'),
    'no-endpoint-in-group': connector(
      'astray-too',
      'url: setting(httpUrl()), login: group({ user: setting(z.string()), password: secret(secretText()) })',
    ),
    'own-copy': connector('copied').replace("'changeover/connector'", "'./node_modules/changeover/dist/connectors/connector-api.js'"),
  };
  for (const [name, index] of Object.entries(packages)) install.write(name, { 'package.json': packageJson, 'index.js': index });
  const copy = join(install.folder, 'node_modules/own-copy/node_modules/changeover');
  for (const path of ['package.json', 'dist/domain', 'dist/connectors', 'node_modules']) {
    cpSync(join(install.folder, 'node_modules/changeover', path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  }

  test.each([
    ['not-there', 'the package "not-there" is not installed beside Changeover; run there: npm install not-there.'],
    ['throws-at-once', 'the package "throws-at-once" could not be loaded: the sky is falling.'],
    [
      'exports-nothing',
      'the package "exports-nothing" does not export a connector; its default export has to be what defineConnector returns.',
    ],
    ['defines-webhook', 'the package "defines-webhook" defines the kind "webhook", which is built in.'],
    ['one-kind,same-kind', 'the package "same-kind" defines the kind "same-kind", which the package "one-kind" defines too.'],
    ['odd-field', 'a connector of odd-field can\'t be served: Field "odd.when" has a type that no GraphQL input stands for.'],
    ['no-endpoint', `the package "no-endpoint" could not be loaded: Connector "astray": "apiKey" ${ASTRAY}`],
    ['no-endpoint-in-group', `the package "no-endpoint-in-group" could not be loaded: Connector "astray-too": "login" ${ASTRAY}`],
    [
      'own-copy',
      'the package "own-copy" was made with another copy of Changeover; it has to name changeover among its peerDependencies, and nowhere else.',
    ],
  ])('%s', (names, line) => {
    expect(install.fail({ CHANGEOVER_CONNECTORS: names })).toEqual({ status: 78, stderr: `changeover: CHANGEOVER_CONNECTORS: ${line}\n` });
  });

  test('nothing was written', () => {
    expect(existsSync(join(install.folder, 'none'))).toBe(false);
  });

  test('a path is refused as no name', () => {
    expect(install.fail({ CHANGEOVER_CONNECTORS: '../somewhere' })).toEqual({
      status: 78,
      stderr: 'changeover: CHANGEOVER_CONNECTORS must hold names of npm packages, separated by commas.\n',
    });
  });
});
