import { expect, test } from 'vitest';
import { parseDetails } from '../../../src/domain/connection/details.ts';
import { catalogue } from '../../support/validate.ts';

test.each([
  ['is missing', {}, 'host: is required.'],
  ['has the wrong type', { host: 5432 }, 'host: must be of type string.'],
])('a field that %s is told apart from the other', (_, given, message) => {
  const connector = catalogue.find('postgres');
  if (connector === null) throw new Error('no kind postgres');
  expect(() => parseDetails(connector, { database: 'sales', user: 'loader', password: 'secret', ...given })).toThrow(message);
});
