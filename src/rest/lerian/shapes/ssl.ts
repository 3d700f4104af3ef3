import { modesOf, needsCa } from '../rules/ssl.ts';
import { TYPE_NAMES } from '../rules/types.ts';

const NOTHING = { enum: [null] };

/** For the document, in JSON Schema: which modes of TLS a new connection has by its type, and what they need. */
export function fitsItsType(): object[] {
  const silent = { properties: Object.fromEntries(['mode', 'ca', 'cert', 'key'].map((name) => [name, NOTHING])) };
  return TYPE_NAMES.map((type) => {
    const bare = { properties: { mode: { enum: modesOf(type).filter((mode) => !needsCa(mode)) } }, required: ['mode'] };
    const verified = {
      properties: { mode: { enum: modesOf(type).filter(needsCa) }, ca: { type: 'string', pattern: '[^\\s\\ufeff]' } },
      required: ['mode', 'ca'],
    };
    return { properties: { type: { const: type }, ssl: { anyOf: [{ type: 'null' }, silent, bare, verified] } } };
  });
}
