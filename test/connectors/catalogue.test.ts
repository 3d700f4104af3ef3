import { expect, test } from 'vitest';
import { createCatalogue } from '../../src/connectors/catalogue.ts';
import { bundledDriver, optionalDriver } from '../../src/connectors/kits/driver.ts';
import { defineConnector } from '../../src/domain/connector/define-connector.ts';
import { setting } from '../../src/domain/connector/field.ts';
import { text } from '../../src/domain/connector/field-types.ts';
import { validator } from '../../src/domain/connector/validator.ts';

const packaged = (kind: string, ...aliases: readonly string[]) => ({
  packageName: `of-${kind}`,
  moduleUrl: `file:///${kind}.js`,
  connector: defineConnector({
    kind,
    aliases,
    title: kind,
    category: 'other',
    fields: { url: setting(text(), { endpoint: true }) },
    validators: [
      validator<{ readonly url: string }>('validate_connection', {
        mandatory: true,
        description: 'd',
        run: async () => ({ errors: [], warnings: [] }),
      }),
    ],
  }),
});

test('a kind is found by each of its names, in any spelling, and listed once', () => {
  const catalogue = createCatalogue([packaged('cloud-hooks', 'cloud-hooks-webhook')]);
  expect({
    found: ['cloud-hooks', 'CLOUD_HOOKS_WEBHOOK', 'nobody'].map((name) => catalogue.find(name)?.kind ?? null),
    listed: catalogue.all().filter(({ kind }) => kind.startsWith('cloud-hooks')).length,
  }).toEqual({ found: ['cloud-hooks', 'cloud-hooks', null], listed: 1 });
});

test('a name that another kind goes by is refused', () => {
  expect(() => createCatalogue([packaged('one', 'two'), packaged('two')])).toThrow(/defines the kind "two", which the package "of-one"/);
});

test('a driver says how it is installed, unless it comes with us', () => {
  expect({ optional: optionalDriver({ tedious: '19', '@grpc/grpc-js': '1.14' }), bundled: bundledDriver('pg') }).toEqual({
    optional: { packages: ['tedious', '@grpc/grpc-js'], install: 'npm install tedious@19 @grpc/grpc-js@1.14' },
    bundled: { packages: ['pg'], install: null },
  });
});
