import { describe, expect, test } from 'vitest';
import { checkAddress, type EgressPolicy, parseAllowList, readHost } from '../../src/egress/address-policy.ts';
import { resolveChecked } from '../../src/egress/resolve.ts';

const strict: EgressPolicy = { allow: [], own: [] };
const loopback: EgressPolicy = {
  allow: ['loopback'],
  own: [
    { address: '10.9.9.9', port: 5432 },
    { address: '127.0.0.1', port: 4000 },
  ],
};
const denied = async (policy: EgressPolicy, host: string, port = 80, answers: readonly string[] = []) =>
  await resolveChecked(policy, host, port, async () => answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))).then(
    () => 'allowed',
    (error: { code: string }) => error.code,
  );

describe('the address policy', () => {
  test.each([
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '0',
    '0177.0.0.1',
    '127.1',
    '①②⑦.⓪.⓪.①',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::a9fe:a9fe]',
    '[2002:7f00:1::]',
    // Teredo: the server's address stands in clear, and the client's inverted, here 127.0.0.1 and 169.254.169.254; the last has a private server.
    '[2001:0:5db8:d822:0:0:80ff:fffe]',
    '[2001:0:5db8:d822:8000:63bf:5601:5601]',
    '[2001:0:a00:1:0:0:a247:27dd]',
    // Behind ::ffff:0:, which RFC 6145 once had for translation.
    '[::ffff:0:127.0.0.1]',
    // Around the byte that RFC 6052 leaves out.
    '[64:ff9b:1:7f00:0:100::]',
    '[64:ff9b:1:7f00:0:100:5db8:d822]',
    '[fd00:ec2::254]',
    '[fd00:ec2::23]',
    '[fd20:ce::254]',
    '[fd00:c1::a9fe:a9fe]',
    '[fd00:42::42]',
    '[FD00:0EC2:0:0:0:0:0:0254]',
    '192.0.0.192',
    '169.254.170.2',
    '[::]',
    '[fe80::1]',
    '169.254.169.254',
    '168.63.129.16',
    '100.100.100.200',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '127.0.0.1\0.ok.test',
    '/tmp/.s.PGSQL.5432',
    'ok,169.254.169.254',
    'a b',
  ])('#65-78 %s is denied', async (host) => {
    expect(await denied(strict, host)).toBe('EGRESS_DENIED');
  });

  test.each([
    '[fd00:ec2::254]',
    '[fd00:ec2::23]',
    '[fd20:ce::254]',
    '[fd00:c1::a9fe:a9fe]',
    '100.100.100.200',
    '100.100.2.136',
    '168.63.129.16',
  ])('a service of a cloud at %s is denied whatever is allowed', async (host) => {
    const wide = { allow: ['fc00::/7', '100.64.0.0/10', '0.0.0.0/0', host.replace(/[[\]]/g, '')], own: [] };
    expect(await denied(wide, host)).toBe('EGRESS_DENIED');
  });

  test.each([
    'metadata.google.internal',
    'METADATA.Google.Internal',
    'metadata.google.internal.',
    'metadata',
    'metadata.goog',
    'instance-data',
    'instance-data.eu-west-1.compute.internal',
    'metadata.europe-west1-b.c.a-project.internal',
    'a.metadata.google.internal',
  ])("a name of a cloud's own service is refused before anybody is asked for it: %s", async (host) => {
    let asked = 0;
    const refused = await resolveChecked({ allow: [host], own: [] }, host, 80, async () => {
      asked += 1;
      return [{ address: '93.184.216.34', family: 4 }];
    }).then(
      () => 'allowed',
      (error: { code: string }) => error.code,
    );
    expect({ refused, asked }).toEqual({ refused: 'EGRESS_DENIED', asked: 0 });
  });

  test('a name that only looks like one is asked for', async () => {
    expect({
      catalog: await denied(strict, 'metadata-catalog.example.com', 80, ['93.184.216.34']),
      metadata: await denied(strict, 'metadata.example.com', 80, ['93.184.216.34']),
    }).toEqual({ catalog: 'allowed', metadata: 'allowed' });
  });

  test('public addresses, and names that have them, are allowed', async () => {
    expect({
      ipv4: await denied(strict, '93.184.216.34'),
      ipv6: await denied(strict, '[2606:2800:220:1::1]'),
      teredo: await denied(strict, '[2001:0:5db8:d822:0:0:a247:27dd]'),
      sixToFour: await denied(strict, '[2002:5db8:d822::1]'),
      name: await denied(strict, 'DB.Example.COM.', 5432, ['93.184.216.34']),
    }).toEqual({ ipv4: 'allowed', ipv6: 'allowed', teredo: 'allowed', sixToFour: 'allowed', name: 'allowed' });
  });

  test('#79 one denied answer refuses all', async () => {
    expect(await denied(strict, 'rebound.example', 80, ['93.184.216.34', '169.254.169.254'])).toBe('EGRESS_DENIED');
  });

  test('`loopback` opens loopback, and nothing else that is private', async () => {
    expect({
      ipv4: await denied(loopback, '127.0.0.1', 5432),
      ipv6: await denied(loopback, '[::1]', 5432),
      private: await denied(loopback, '10.0.0.1'),
      mapped: await denied(loopback, '[::ffff:10.0.0.1]'),
    }).toEqual({ ipv4: 'allowed', ipv6: 'allowed', private: 'EGRESS_DENIED', mapped: 'EGRESS_DENIED' });
  });

  test('#83 our own listeners and database are denied whatever is allowed', async () => {
    const open: EgressPolicy = { ...loopback, allow: ['loopback', '10.0.0.0/8'] };
    expect({
      ownPort: await denied(open, '127.0.0.1', 4000),
      ownPortIpv6: await denied(open, '[::1]', 4000),
      ownPortOfAnother: await denied(open, '127.0.0.2', 4000),
      ownDatabase: await denied(open, '10.9.9.9', 5432),
      otherPort: await denied(open, '10.9.9.9', 5433),
    }).toEqual({
      ownPort: 'EGRESS_DENIED',
      ownPortIpv6: 'EGRESS_DENIED',
      ownPortOfAnother: 'EGRESS_DENIED',
      ownDatabase: 'EGRESS_DENIED',
      otherPort: 'allowed',
    });
  });

  test('#84 a listed CIDR works, the next address does not, and metadata never does', async () => {
    const listed: EgressPolicy = { allow: ['10.1.2.0/24', '169.254.0.0/16', 'db.internal'], own: [] };
    expect({
      inRange: await denied(listed, '10.1.2.255'),
      outOfRange: await denied(listed, '10.1.3.0'),
      metadata: await denied(listed, '169.254.169.254'),
      linkLocal: await denied(listed, '169.254.1.1'),
      named: await denied(listed, 'db.internal', 80, ['10.7.7.7']),
      unnamed: await denied(listed, 'other.internal', 80, ['10.7.7.7']),
    }).toEqual({
      inRange: 'allowed',
      outOfRange: 'EGRESS_DENIED',
      metadata: 'EGRESS_DENIED',
      linkLocal: 'EGRESS_DENIED',
      named: 'allowed',
      unnamed: 'EGRESS_DENIED',
    });
  });

  test('what is dialled is checked once more by its own address', () => {
    expect(() => checkAddress(strict, 'public.example', '127.0.0.1', 80)).toThrow('EGRESS_DENIED');
  });

  test('hosts have one canonical form', () => {
    const canonical = {
      'Example.COM.': 'example.com',
      '[::1]': '::1',
      'a_b.example': 'a_b.example',
      '1.2.3.4': '1.2.3.4',
      'fe80::1%eth0': null,
      '-a.example': null,
      'a..b': null,
      '': null,
    };
    expect(Object.fromEntries(Object.keys(canonical).map((given) => [given, readHost(given)]))).toEqual(canonical);
  });

  test('an allow list with a mistake is refused', () => {
    expect(parseAllowList(' 10.0.0.0/8, db.internal ,loopback,')).toEqual(['10.0.0.0/8', 'db.internal', 'loopback']);
    expect(() => parseAllowList('10.0.0.0/99')).toThrow(TypeError);
  });
});
