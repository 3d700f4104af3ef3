import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { catalogue } from '../../support/connectors/validate.ts';
import { alerting } from './alerting.ts';
import { amazon } from './amazon.ts';
import { askSdk, type SdkCase } from './ask-sdk.ts';
import { clouds } from './clouds.ts';
import { databases } from './databases.ts';
import { others } from './others.ts';
import { tools } from './tools.ts';

const CASES: readonly SdkCase[] = [...databases, ...tools, ...clouds, ...amazon, ...alerting, ...others];

test.each(CASES)(
  '$sdk signs in to the stand-in of $kinds.0, and is refused in its own words where a real one would refuse it',
  async (given) => {
    const { logins, close } = await given.start();
    try {
      const outcomes = await askSdk(given, Object.values(logins));
      expect(Object.fromEntries(Object.keys(logins).map((name, index) => [name, outcomes[index]]))).toEqual(given.outcomes);
    } finally {
      close();
    }
  },
);

test('the catalogue names the client that signs in to the stand-in of each kind, and no other', () => {
  // Those of npm sign in within `npm test`.
  const fromNpm = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
  const said = catalogue.all().flatMap(({ kind, tested }) => {
    const client = tested?.client ?? null;
    return client === null || fromNpm.includes(client) ? [] : [`${kind}: ${client}`];
  });
  expect(said.toSorted()).toEqual(CASES.flatMap(({ sdk, kinds }) => kinds.map((kind) => `${kind}: ${sdk}`)).toSorted());
});
