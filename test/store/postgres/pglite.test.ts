import { describeStore } from '../../contracts/store.ts';
import { openPgliteStore } from '../../support/store/pglite.ts';

describeStore('PGlite', openPgliteStore);
