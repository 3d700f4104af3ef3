import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken } from '../../../src/operations/access/create-token.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { DIALECTS } from '../../../src/rest/dialects.ts';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { runSchemathesis } from './schemathesis.ts';

const HOOKS = new URL('openapi/hooks.py', import.meta.url);
/** The one of our own last: it asks of the connections that were made through the others. */
const NAMES = DIALECTS.map(({ name }) => name).toSorted((one, other) => Number(one === 'native') - Number(other === 'native'));

let gateway: TestGateway;
let token: Pick<TestToken, 'secret'>;
beforeAll(async () => {
  gateway = await startGateway({
    ...NOBODY_ANSWERS,
    settings: { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000', CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '100000' },
  });
  const { services, projectId } = gateway.app;
  // Owners may do all but lease, which is for jobs.
  const actor = localActor(projectId, 'fuzz', { id: 'fuzz', ip: null, client: {} });
  token = await createToken(services, actor, { name: 'everybody', roles: ['owner', 'job'], operator: true });
}, 300_000);
afterAll(() => gateway?.close());

test.each(NAMES)(
  'schemathesis finds no answer of %s that its document does not tell, no refusal of what the document allows, and no 5xx',
  async (name) => {
    const { code, output } = await runSchemathesis({
      url: `${gateway.url}/openapi/${name}.json`,
      token,
      examples: 20,
      hooks: HOOKS,
    });
    expect({ code, output }, output.slice(-4000)).toEqual({ code: 0, output: expect.stringMatching(/\b[1-9]\d* generated\b/) });
  },
  600_000,
);
