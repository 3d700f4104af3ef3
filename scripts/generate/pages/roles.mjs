import { ROLES } from '../../../build/domain/token/roles.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'roles',
  'Roles',
  'A role is a set of permissions; a token holds one or more. Only `job` takes leases: an administrator does not see what jobs get.',
  [
    table(
      ['role', 'permissions'],
      Object.entries(ROLES).map(([role, permissions]) => [code(role), permissions.map(code).join(' ')]),
    ),
  ],
);
