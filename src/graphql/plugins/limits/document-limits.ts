import { type DocumentNode, visit } from 'graphql';
import { type RenderedError, renderError } from '../masking/error-masking.ts';

/** Limits of a document. The documents of real clients, and introspection, stay below them. */
export const LIMITS = {
  tokens: 1000,
  depth: 8,
  aliases: 15,
  directives: 20,
  cost: 2000,
  stringLength: 65_536,
  listLength: 500,
  nesting: 100,
} as const;
/** Of graphql-armor's plugins. */
export const DEPTH = { n: LIMITS.depth, ignoreIntrospection: true, exposeLimits: false, flattenFragments: false } as const;
export const ALIASES = { n: LIMITS.aliases, allowList: [] as string[], exposeLimits: false };
export const DIRECTIVES = { n: LIMITS.directives, exposeLimits: false } as const;

/** What an operation asks for, in rows; null when it may. */
export function costLimit(cost: number): RenderedError | null {
  return cost <= LIMITS.cost
    ? null
    : renderError(
        'LIMIT_EXCEEDED',
        `The document asks for more than ${LIMITS.cost} objects. Ask for smaller pages, or for fewer of them at once.`,
        {
          limit: LIMITS.cost,
        },
      );
}

/** Strings and lists that are written into the document. */
export function literalLimit(document: DocumentNode): RenderedError | null {
  let limited = false;
  visit(document, {
    StringValue(node) {
      if (node.value.length > LIMITS.stringLength || !node.value.isWellFormed()) limited = true;
    },
    ListValue(node) {
      if (node.values.length > LIMITS.listLength) limited = true;
    },
  });
  return limited
    ? renderError(
        'LIMIT_EXCEEDED',
        `A string has at most ${LIMITS.stringLength} characters of well-formed text, and a list at most ${LIMITS.listLength} items.`,
        { path: 'query' },
      )
    : null;
}

/** Strings, lists and nesting of the variables that came with a document. */
export function variableLimit(value: unknown, depth: number, path: string): RenderedError | null {
  if (typeof value === 'string') {
    if (value.length > LIMITS.stringLength)
      return renderError('LIMIT_EXCEEDED', `${path}: a string has at most ${LIMITS.stringLength} characters.`, { path });
    return value.isWellFormed() ? null : renderError('BAD_REQUEST', `${path}: the text is not well-formed Unicode.`, { path });
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth > LIMITS.nesting) return renderError('LIMIT_EXCEEDED', 'The variables are nested too deep.', { path: 'variables' });
  if (Array.isArray(value) && value.length > LIMITS.listLength)
    return renderError('LIMIT_EXCEEDED', `${path}: a list has at most ${LIMITS.listLength} items.`, { path });
  for (const [key, member] of Object.entries(value)) {
    const name = /^\w{1,64}$/.test(key) ? key : '?';
    const found = variableLimit(member, depth + 1, depth === 0 ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}
