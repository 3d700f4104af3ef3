import { describe, expect, test } from 'vitest';
import { looksMasked, maskSecret } from '../../../src/domain/connection/details/partial-mask.ts';

describe('what is shown of a secret', () => {
  test.each([
    ['0123456789abcdef0123456789ab9f0c', '****************************9f0c'],
    ['abcdef01-2345-6789-abcd-ef0123456789', '********************************6789'],
    ['123456789012345678901234 6a7d1'.replace(' ', '5'), '**************************a7d1'],
    ['12345678', '****5678'],
    ['1234567', '*******'],
    ['x', '*'],
  ])('a key keeps its length, and its last four characters where it has eight: %#', (secret, mask) => {
    expect(maskSecret('tail', secret)).toBe(mask);
  });

  test.each([
    ['https://hooks.example.test/services/team/abcx9k2', 'https://hooks.example.test/****x9k2'],
    ['https://hooks.example.test:8443/hook?sig=abcd', 'https://hooks.example.test:8443/****abcd'],
    ['http://user:pass@hooks.example.test/a-long-path', 'http://hooks.example.test/****path'],
    ['https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d1e2', 'https://acme.webhook.office.com/****d1e2'],
    ['https://hooks.example.test/short', 'https://hooks.example.test/****'],
    ['https://hooks.example.test', 'https://hooks.example.test/****'],
    ['https://hooks.example.test?key=12345678', 'https://hooks.example.test/****5678'],
  ])('a URL keeps its origin, and its last four characters where it hides eight: %s', (url, mask) => {
    expect(maskSecret('url', url)).toBe(mask);
  });

  test('of some no more is shown than that they are set, or nothing', () => {
    expect({ set: maskSecret('set', 'a template'), none: maskSecret('none', 'a password') }).toEqual({ set: '******', none: null });
  });

  test('every mask is known for one, and what is like a secret is not', () => {
    const masks = [
      '*',
      '****',
      '******',
      '****5678',
      '****************************9f0c',
      'https://h.test/****',
      'http://h.test:1/****x9k2',
    ];
    const others = ['', 'abcd', '***abcd', '0123456789abcdef', 'https://h.test/hook', 'https://h.test/****x9k2a', 'a**** 5678'];
    expect({ masks: masks.map(looksMasked), others: others.map(looksMasked) }).toEqual({
      masks: masks.map(() => true),
      others: others.map(() => false),
    });
  });
});
