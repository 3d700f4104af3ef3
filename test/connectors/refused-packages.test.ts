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
  for (const path of ['package.json', 'dist/chunks', 'dist/connectors', 'node_modules']) {
    cpSync(join(install.folder, 'node_modules/changeover', path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  }

  const LINES = {
    'not-there': 'CHANGEOVER_CONNECTORS: the package "not-there" is not installed beside Changeover; run there: npm install not-there.',
    'throws-at-once': 'CHANGEOVER_CONNECTORS: the package "throws-at-once" could not be loaded: the sky is falling.',
    'exports-nothing':
      'CHANGEOVER_CONNECTORS: the package "exports-nothing" does not export a connector; its default export has to be what defineConnector returns.',
    'defines-webhook': 'CHANGEOVER_CONNECTORS: the package "defines-webhook" defines the kind "webhook", which is built in.',
    'one-kind,same-kind':
      'CHANGEOVER_CONNECTORS: the package "same-kind" defines the kind "same-kind", which the package "one-kind" defines too.',
    'odd-field':
      'CHANGEOVER_CONNECTORS: a connector of odd-field can\'t be served: Field "odd.when" has a type that no GraphQL input stands for.',
    'no-endpoint': `CHANGEOVER_CONNECTORS: the package "no-endpoint" could not be loaded: Connector "astray": "apiKey" ${ASTRAY}`,
    'no-endpoint-in-group': `CHANGEOVER_CONNECTORS: the package "no-endpoint-in-group" could not be loaded: Connector "astray-too": "login" ${ASTRAY}`,
    'own-copy':
      'CHANGEOVER_CONNECTORS: the package "own-copy" was made with another copy of Changeover; it has to name changeover among its peerDependencies, and nowhere else.',
    '../somewhere': 'CHANGEOVER_CONNECTORS must hold names of npm packages, separated by commas.',
  };

  test('for each reason', () => {
    const lines = install.refusals(Object.keys(LINES).map((names) => ({ CHANGEOVER_CONNECTORS: names })));
    expect(Object.fromEntries(Object.keys(LINES).map((names, index) => [names, lines[index]]))).toEqual(LINES);
  });

  test('as a process that ends, before anything is written', () => {
    expect({ ...install.fail({ CHANGEOVER_CONNECTORS: 'own-copy' }), hasWritten: existsSync(join(install.folder, 'none')) }).toEqual({
      status: 78,
      stderr: `changeover: ${LINES['own-copy']}\n`,
      hasWritten: false,
    });
  });
});
