import type { FakeReply } from './json-server.ts';

type Members = Readonly<Record<string, unknown>>;

/** Tableau's own form is XML; JSON is the same with attributes as members. Reads the credentials of a sign-in, as tableauserverclient writes them. */
export function credentialsOf(xml: string): object {
  const attributes = (element: string) => {
    const text = new RegExp(`<${element}((?:\\s+\\w+="[^"]*")*)\\s*/?>`).exec(xml)?.[1] ?? '';
    return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescaped(value)]));
  };
  return { credentials: { ...attributes('credentials'), site: attributes('site') } };
}

/** An answer of JSON as the same answer of XML. */
export function asXml({ status, body }: FakeReply): FakeReply {
  const inner = typeof body === 'string' ? body : Object.entries(body as Members).map(([name, value]) => element(name, value));
  const text =
    inner === ''
      ? ''
      : `<?xml version='1.0' encoding='UTF-8'?><tsResponse xmlns="http://tableau.com/api">${[inner].flat().join('')}</tsResponse>`;
  return { status, body: text, headers: { 'content-type': 'application/xml;charset=utf-8' } };
}

/** These are elements, where other texts are attributes. */
const ELEMENTS = ['summary', 'detail', 'restApiVersion'];

function element(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return `<${name}>${escaped(String(value))}</${name}>`;
  const members = Object.entries(value);
  const isAttribute = ([key, member]: [string, unknown]) => typeof member !== 'object' && !ELEMENTS.includes(key) && key !== 'value';
  const attributes = members.filter(isAttribute).map(([key, member]) => ` ${key}="${escaped(String(member))}"`);
  const children = members
    .filter((member) => !isAttribute(member))
    .map(([key, member]) => (key === 'value' ? escaped(String(member)) : element(key, member)));
  return `<${name}${attributes.join('')}>${children.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unescaped(text: string): string {
  const named: Members = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, decimal?: string, name?: string) =>
    decimal === undefined ? String(named[name ?? '']) : String.fromCodePoint(Number(decimal)),
  );
}
