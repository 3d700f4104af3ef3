import { type secret, setting } from '../../../domain/connector/field.ts';
import { text } from '../../../domain/connector/field-types.ts';
import { isLoopback, word } from '../../kits/fields.ts';

/** A My Domain or its beginning, `login` or `test`, or a whole URL: where the login is made. Null for what can't be one. */
export function originOf(domain: string): string | null {
  const url = URL.canParse(domain) && domain.includes('://') ? new URL(domain) : null;
  if (url !== null) {
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
    return isSafe && url.href === `${url.origin}/` ? url.origin : null;
  }
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(domain)) return null;
  const name = domain.toLowerCase();
  if (name.endsWith('.com')) return `https://${name}`;
  return name === 'login' || name === 'test' || name.endsWith('.my')
    ? `https://${name}.salesforce.com`
    : `https://${name}.my.salesforce.com`;
}

export function domainField(usual?: string) {
  const domain = text(255).refine((value) => originOf(value) !== null, 'must be a My Domain, such as acme or acme--dev.sandbox.my');
  return setting(usual === undefined ? domain : domain.default(usual), {
    endpoint: { part: (value) => (value === undefined ? null : originOf(value)) },
    identity: true,
    title: 'Domain',
    description: `My Domain of the organisation, such as acme or acme--dev.sandbox.my${usual === undefined ? '.' : '; for a user, login (unless given) or test, too.'}`,
  });
}

export const consumerKey = word(/^[\w.]+$/, 'must be the consumer key of an app', 512);

export const CONSUMER = {
  key: {
    identity: true,
    title: 'Consumer key',
    description: 'Consumer key of an external client app or connected app with the client credentials flow.',
  },
  secret: { title: 'Consumer secret', description: 'Consumer secret of the app.' },
} satisfies { key: Parameters<typeof setting>[1]; secret: Parameters<typeof secret>[1] };
