import { describe, expect, test } from 'vitest';
import { objectLoss, rightsLost } from '../../../src/connectors/kits/parity.ts';

const keysOf = ([privilege, schema, table]: readonly string[]) => [`${privilege} ${schema} ${table}`, `${privilege} ${schema} *`];

describe('what the login in use may do and the new one may not', () => {
  test('is what that one has neither as it is nor by a wider right', () => {
    const had = [
      ['SELECT', 'sales', 'orders'],
      ['SELECT', 'hr', 'people'],
      ['INSERT', 'sales', 'orders'],
    ];
    const has = [
      ['SELECT', 'sales', '*'],
      ['SELECT', 'hr', 'payroll'],
      ['INSERT', 'sales', 'orders'],
    ];
    expect(rightsLost(had, has, keysOf)).toEqual([['SELECT', 'hr', 'people']]);
  });

  test('a wider right is not covered by one of what it covers', () => {
    expect(rightsLost([['SELECT', 'sales', '*']], [['SELECT', 'sales', 'orders']], keysOf)).toEqual([['SELECT', 'sales', '*']]);
  });

  test('is told with the statement that gives it', () => {
    expect(objectLoss('SELECT', 'EXTERNAL TABLE', 'a.b', 'TO ROLE r;')).toEqual({
      what: 'SELECT on external table a.b',
      mend: 'GRANT SELECT ON EXTERNAL TABLE a.b TO ROLE r;',
    });
  });
});
