import { describeStore } from '../../contracts/store.ts';
import { openPgliteStore } from '../../support/pglite.ts';

describeStore('PGlite', openPgliteStore);
