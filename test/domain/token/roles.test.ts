import { describe, expect, test } from 'vitest';
import { permissionsOf, ROLES, readRoles, rolesWith } from '../../../src/domain/token/roles.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

describe('roles', () => {
  test('each of those that look after connections holds what the lesser one does', () => {
    const holdsAll = (role: keyof typeof ROLES, lesser: keyof typeof ROLES) =>
      ROLES[lesser].every((permission) => permissionsOf([role]).has(permission));
    expect({ owner: holdsAll('owner', 'admin'), admin: holdsAll('admin', 'editor'), editor: holdsAll('editor', 'viewer') }).toEqual({
      owner: true,
      admin: true,
      editor: true,
    });
  });

  test.each([
    { permission: 'lease', roles: ['job'] },
    { permission: 'read', roles: ['viewer', 'editor', 'admin', 'owner'] },
    { permission: 'commit', roles: ['admin', 'owner'] },
    { permission: 'rollback', roles: ['admin', 'owner'] },
    { permission: 'token', roles: ['owner'] },
    { permission: 'break-glass', roles: ['owner'] },
    { permission: 'skip-proof', roles: ['owner'] },
    { permission: 'policy', roles: ['owner'] },
  ] as const)('$permission is for $roles alone', ({ permission, roles }) => {
    expect(rolesWith(permission)).toEqual(roles);
  });

  test('a token may hold several, each once', () => {
    expect([...permissionsOf(readRoles(['viewer', 'job', 'viewer']))]).toEqual(['read', 'lease']);
  });

  test.each([{ names: [] }, { names: ['viewer', 'emperor'] }, { names: ['constructor'] }])('$names are none', ({ names }) => {
    expect(refusalOf(() => readRoles(names))).toBe('BAD_REQUEST');
  });
});
