// Writes projects until it is killed or can't go on; says which ones were acknowledged, one line each, and what refused the rest.
import { createHmac, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStore } from '../../../build/store/open-store.js';

const [dataDir, most] = process.argv.slice(2);
const say = (line) => writeSync(1, `${line}\n`);
// The instance of the store that the test made; a new one's is never checked by this child.
const verifyInstance = (stored) => stored ?? { id: randomUUID(), kid: '0011223344556677', keyCheck: Buffer.alloc(8), createdAt: 0 };

const { store } = await openStore({ dataDir }, { clock: 'system', verifyInstance });
// With the key that the tests of the store sign with.
store.signWith({ sign: (text) => createHmac('sha256', Buffer.alloc(32, 7)).update(text).digest() });
say('open');
let refusals = 0;
for (let round = 0; round < Number(most) && refusals < 5; round += 1) {
  // Several at once share a commit.
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const id = randomUUID();
      try {
        await store.write((tx) => tx.projects.insert({ id, name: 'x'.repeat(500), createdAt: 1 }));
        say(`acked ${id}`);
      } catch (error) {
        refusals += 1;
        say(`refused ${error.code} ${id}`);
      }
    }),
  );
}
say(`readable ${(await store.read.projects.all()).length}`);
