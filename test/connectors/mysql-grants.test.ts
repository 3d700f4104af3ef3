import { describe, expect, test } from 'vitest';
import { describeGrant, isCovered, parseGrants } from '../../src/connectors/families/mysql-grants.ts';

const read = (...lines: readonly string[]) => parseGrants(lines);
const lost = (before: string, ...after: readonly string[]) =>
  read(before)
    .held.filter((grant) => !isCovered(read(...after), grant))
    .map(describeGrant);

describe('the grants of MySQL and MariaDB', () => {
  test('a line is read for what it grants, and never for what else stands in it', () => {
    expect(
      read(
        "GRANT RELOAD, CREATE TEMPORARY TABLES ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*D821809F681A40A6E379B50D0463EFAE20BDD122'",
        'GRANT USAGE ON *.* TO `a`@`%`',
        'GRANT `reader` TO `a`@`%`',
        'GRANT `r1`@`%`,`r2`@`%` TO `a`@`%` WITH ADMIN OPTION',
        'GRANT PROXY ON ``@`%` TO `a`@`%` WITH GRANT OPTION',
        'SET DEFAULT ROLE `reader` FOR `a`@`%`',
      ),
    ).toEqual({
      held: [
        { privilege: 'RELOAD', column: null, type: 'TABLE', database: null, object: null },
        { privilege: 'CREATE TEMPORARY TABLES', column: null, type: 'TABLE', database: null, object: null },
      ],
      revoked: [],
      roles: ['`reader`', '`r1`@`%`', '`r2`@`%`'],
    });
  });

  test('names that look like the statement around them stay names (#90)', () => {
    const line = 'GRANT SELECT (`x) ON ``y``.*, INSERT`, `b`), UPDATE ON `d`` TO ``e`.`t`` ON *.* TO` TO `u WITH GRANT OPTION`@`%`';
    expect(read(line).held.map(describeGrant)).toEqual([
      'SELECT (`x) ON ``y``.*, INSERT`) ON `d`` TO ``e`.`t`` ON *.* TO`',
      'SELECT (`b`) ON `d`` TO ``e`.`t`` ON *.* TO`',
      'UPDATE ON `d`` TO ``e`.`t`` ON *.* TO`',
    ]);
  });

  test.each([
    ['everywhere covers a table', 'GRANT SELECT ON `d`.`t` TO `a`', ['GRANT SELECT ON *.* TO `b`'], []],
    ['a database covers its table', 'GRANT SELECT ON `d`.`t` TO `a`', ['GRANT SELECT ON `d`.* TO `b`'], []],
    ['a pattern covers what it matches', 'GRANT SELECT ON `sales_eu`.`t` TO `a`', ['GRANT SELECT ON `s%\\_e_`.* TO `b`'], []],
    [
      'and not what it does not',
      'GRANT SELECT ON `salesXeu`.`t` TO `a`',
      ['GRANT SELECT ON `s%\\_e_`.* TO `b`'],
      ['SELECT ON `salesXeu`.`t`'],
    ],
    ['an escaped name is one name', 'GRANT SELECT ON `a\\_b`.* TO `a`', ['GRANT SELECT ON `a_b`.* TO `b`'], []],
    ['a wider pattern is not covered', 'GRANT SELECT ON `a_b`.* TO `a`', ['GRANT SELECT ON `a\\_b`.* TO `b`'], ['SELECT ON `a_b`.*']],
    ['a table covers its column', 'GRANT SELECT (`c`) ON `d`.`t` TO `a`', ['GRANT SELECT ON `d`.`t` TO `b`'], []],
    ['a column not its table', 'GRANT SELECT ON `d`.`t` TO `a`', ['GRANT SELECT (`c`) ON `d`.`t` TO `b`'], ['SELECT ON `d`.`t`']],
    ['all privileges cover one', 'GRANT DELETE ON `d`.`t` TO `a`', ['GRANT ALL PRIVILEGES ON `d`.* TO `b`'], []],
    [
      'but not passing it on',
      'GRANT DELETE ON `d`.`t` TO `a` WITH GRANT OPTION',
      ['GRANT ALL PRIVILEGES ON `d`.* TO `b`'],
      ['GRANT OPTION ON `d`.`t`'],
    ],
    [
      'a routine is not a table',
      'GRANT EXECUTE ON FUNCTION `d`.`t` TO `a`',
      ['GRANT EXECUTE ON PROCEDURE `d`.`t` TO `b`'],
      ['EXECUTE ON FUNCTION `d`.`t`'],
    ],
    [
      'an exception is one',
      'GRANT SELECT ON `d`.`t` TO `a`',
      ['GRANT SELECT ON *.* TO `b`', 'REVOKE SELECT ON `d`.* FROM `b`'],
      ['SELECT ON `d`.`t`'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(lost(before, ...after)).toEqual(expected);
  });

  test('a pattern made to be slow is not (T24)', () => {
    expect(lost(`GRANT SELECT ON \`${'a'.repeat(64)}\`.\`t\` TO \`a\``, `GRANT SELECT ON \`${'%a'.repeat(31)}b\`.* TO \`b\``)).toHaveLength(
      1,
    );
  });
});
