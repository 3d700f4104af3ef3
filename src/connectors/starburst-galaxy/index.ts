import { defineStarburst } from '../families/trino/define-starburst.ts';

export default defineStarburst(
  'starburst-galaxy',
  'Starburst Galaxy',
  'Name of the user or service account with its role, as in name@domain.galaxy.starburst.io/role.',
);
