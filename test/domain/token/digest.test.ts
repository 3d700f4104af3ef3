import { describe, expect, test } from 'vitest';
import { digestChallenge, digestHa1, provesDigest, readDigest } from '../../../src/domain/token/digest.ts';

const PASSWORD = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const URI = '/api/atlas/v2/groups/5f0c1a2b3c4d5e6f70819203/integrations/DATADOG?includeCount=true&itemsPerPage=100&pageNum=1';
const GIVEN = {
  username: 'qwertyui',
  realm: 'MMS Public API',
  nonce: 'Q2hhbmdlb3ZlckRpZ2VzdFRlc3RWZWMx',
  uri: URI,
  nc: '00000001',
  cnonce: '0123456789abcdef',
  response: '1f1aecd601fdd89ae58469b26f4ee007',
};

describe('HTTP digest', () => {
  test("the facts page's test vector holds", () => {
    const ha1 = digestHa1(GIVEN.username, PASSWORD);
    expect({
      ha1: ha1.toString('latin1'),
      proven: provesDigest(ha1, 'PUT', GIVEN),
      method: provesDigest(ha1, 'POST', GIVEN),
      count: provesDigest(ha1, 'PUT', { ...GIVEN, nc: '00000002' }),
      password: provesDigest(digestHa1(GIVEN.username, 'another'), 'PUT', GIVEN),
      upperCase: provesDigest(ha1, 'PUT', { ...GIVEN, response: GIVEN.response.toUpperCase() }),
    }).toEqual({
      ha1: '8f3844aebc7c82889ab9bf3ef42c0c89',
      proven: true,
      method: false,
      count: false,
      password: false,
      upperCase: false,
    });
  });

  test('the challenge is the recorded one, letter by letter', () => {
    expect(digestChallenge('bm9uY2U=', false)).toBe(
      'Digest realm="MMS Public API", domain="", nonce="bm9uY2U=", algorithm=MD5, qop="auth", stale=false',
    );
  });

  const shown = `username="qwertyui", realm="MMS Public API", nonce="${GIVEN.nonce}", uri="${URI}", response="${GIVEN.response}"`;
  test.each([
    ['Go', `Digest ${shown}, algorithm="MD5", cnonce="0123456789abcdef", qop=auth, nc=00000001`],
    [
      'curl',
      `Digest ${shown.replace(/, response.*/, '')}, cnonce="0123456789abcdef", nc=00000001, qop=auth, response="${GIVEN.response}", algorithm=MD5`,
    ],
    ['python-requests', `Digest ${shown}, qop="auth", nc=00000001, cnonce="0123456789abcdef", algorithm="MD5", opaque=""`],
    ['urllib', `Digest ${shown},qop=auth,nc=00000001,cnonce="0123456789abcdef"`],
  ])('what %s sends is read', (_, header) => {
    expect(readDigest(header)).toEqual(GIVEN);
  });

  test('a cnonce may end in equals signs, and a value may hold them', () => {
    expect(readDigest(`Digest ${shown}, qop=auth, nc=00000001, cnonce="YWJj=="`)?.cnonce).toBe('YWJj==');
  });

  const rest = 'qop=auth, nc=00000001, cnonce="0123456789abcdef"';
  test.each([
    ['another scheme', `Basic ${shown}`],
    ['a parameter that is missing', `Digest ${shown}, qop=auth, nc=00000001`],
    ['another quality of protection', `Digest ${shown}, ${rest.replace('qop=auth', 'qop=auth-int')}`],
    ['another algorithm', `Digest ${shown}, ${rest}, algorithm=SHA-256`],
    ['a count of other digits', `Digest ${shown}, ${rest.replace('00000001', '1')}`],
    ['a parameter that is given twice', `Digest ${shown}, ${rest}, nonce="another"`],
    ['what is no list of parameters', `Digest ${shown}, ${rest}, "`],
    ['nothing', 'Digest '],
  ])('%s is no login', (_, header) => {
    expect(readDigest(header)).toBeNull();
  });
});
