import { expect, test } from 'vitest';
import { HttpFailure } from '../../../src/connectors/kits/http/http-session.ts';
import { nullOn } from '../../../src/connectors/kits/http/null-on.ts';

const refused = (status: number) => Promise.reject(new HttpFailure('request', status, { code: '', text: '' }));

test('what is not there is null, and every other failure stays one', async () => {
  expect({
    there: await nullOn([403, 404], Promise.resolve('an answer')),
    absent: await nullOn([403, 404], refused(404)),
  }).toEqual({ there: 'an answer', absent: null });
  await expect(nullOn([403, 404], refused(401))).rejects.toMatchObject({ status: 401 });
  await expect(nullOn([404], Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});
