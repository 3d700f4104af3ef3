import { AUTH_TYPES, type AuthType, PLATFORM_TYPES, type PlatformType, waysOf } from '../../domain/matillion/platform-types.ts';
import { closedProperties, MOST_CHARACTERS, NAMING, neededOf, SECRET } from '../../domain/matillion/unfit-connection.ts';
import { NO_NUL } from '../../domain/text/one-line.ts';
import { anyCase } from '../kit/any-case.ts';

/** For the document, in JSON Schema: which properties connections have by type and way to authenticate. Nothing is checked by it. */

const property = { type: 'string', minLength: 1, maxLength: MOST_CHARACTERS, pattern: NO_NUL };

export const openProperties = {
  type: 'object',
  additionalProperties: property,
  propertyNames: {
    minLength: 1,
    maxLength: 255,
    pattern: NO_NUL,
    anyOf: [{ not: { pattern: anyCase(SECRET.source) } }, { pattern: NAMING.source }],
  },
};

/** Of one that replaces another, whose provider is known already. */
export function fitsItsType(): object[] {
  return PLATFORM_TYPES.flatMap((type) => groupsOf(type, AUTH_TYPES).map((group) => ({ properties: group })));
}

/** Of a new one. */
export function fitsItsTypeAndProvider(): object[] {
  return PLATFORM_TYPES.flatMap((type) => {
    const ways = waysOf(type);
    const named = ways.flatMap(({ provider }) => (provider === null ? [] : [provider]));
    return ways.flatMap(({ provider, types }) => {
      const authProvider = provider === null ? { not: { enum: named } } : { const: provider };
      const all = provider === null && named.length === 0;
      return groupsOf(type, types).map((group) => ({ properties: { ...group, ...(all ? {} : { authProvider }) } }));
    });
  });
}

/** Ways to authenticate that have the same properties, together. */
function groupsOf(type: PlatformType, types: readonly AuthType[]): readonly object[] {
  const open = types.filter((one) => closedProperties(type, one) === undefined);
  const closed = types.filter((one) => closedProperties(type, one) !== undefined);
  return [
    ...closed.map((one) => groupOf(type, [one], closedShape(closedProperties(type, one) ?? []))),
    ...(open.length === 0 ? [] : [groupOf(type, open, openProperties)]),
  ];
}

function groupOf(type: PlatformType, types: readonly AuthType[], connectionProperties: object): object {
  return {
    platformConnectionType: { const: type },
    authType: { enum: types },
    connectionDetails: { properties: { connectionProperties }, required: ['connectionProperties'] },
  };
}

function closedShape(names: readonly string[]): object {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, property])),
    additionalProperties: false,
    anyOf: neededOf(names).map((name) => ({ required: [name] })),
  };
}
