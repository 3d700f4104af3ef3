import { defineStarburst } from '../families/trino/define-starburst.ts';

export default defineStarburst('starburst-enterprise', 'Starburst Enterprise', 'Name of the user.');
