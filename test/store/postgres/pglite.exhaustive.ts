import { describeStore } from '../../contracts/store.ts';
import { describeStreamingStore } from '../../contracts/streaming-store.ts';
import { openPgliteStore } from '../../support/store/pglite.ts';

describeStore('PGlite', openPgliteStore);
describeStreamingStore('PGlite', openPgliteStore);
