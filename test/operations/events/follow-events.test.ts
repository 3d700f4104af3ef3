import { describeEvents } from '../../contracts/events.ts';

describeEvents('SQLite', async () => null);
