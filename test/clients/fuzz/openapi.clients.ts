import { afterAll, beforeAll, expect, test } from 'vitest';
import { DIALECTS } from '../../../src/rest/dialects.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { runSchemathesis } from './schemathesis.ts';

const HOOKS = new URL('openapi/hooks.py', import.meta.url);
/** Not asked: that whatever fits a document is accepted, since rules across members, and which ids there are, stand in no schema. */
const LEFT_OUT = 'positive_data_acceptance';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    ...NOBODY_ANSWERS,
    settings: { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000', CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '100000' },
  });
}, 300_000);
afterAll(() => gateway?.close());

test.each(DIALECTS.map(({ name }) => name))(
  'schemathesis finds no answer of %s that its document does not tell, and no 5xx',
  async (name) => {
    const { code, output } = await runSchemathesis({
      url: `${gateway.url}/openapi/${name}.json`,
      token: gateway.owner,
      examples: 20,
      hooks: HOOKS,
      args: ['--exclude-checks', LEFT_OUT],
    });
    expect({ code, output }, output.slice(-4000)).toEqual({ code: 0, output: expect.stringMatching(/\b[1-9]\d* generated\b/) });
  },
  240_000,
);
