import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, type GraphQLSchema, Kind, visit } from 'graphql';
import { describeTypeNamed } from './describe-type.ts';
import { type RenderedError, renderError } from './error-masking.ts';

/** Most problems of a document that are told. */
export const MOST_PROBLEMS = 5;

/** What is wrong, in plain words: made of the names and types of graphql's own message, which quotes values beside them. */
const PROBLEMS: readonly (readonly [RegExp, (names: readonly string[], schema: GraphQLSchema) => string])[] = [
  [/^Cannot query field "(\w+)" on type "(\w+)"/, ([field, type]) => `There is no field "${field}" on ${type}.`],
  [/^Unknown argument "(\w+)" on field "\w+\.(\w+)"/, ([argument, field]) => `"${field}" has no argument "${argument}".`],
  [/^Unknown argument "(\w+)" on directive "@(\w+)"/, ([argument, directive]) => `"@${directive}" has no argument "${argument}".`],
  [
    /^(?:Field|Argument|Directive) "@?(?:\w+\.)?(\w+)" argument "(\w+)" of type "([\w![\]]+)" is required/,
    ([field, argument, type], schema) => `"${field}" needs the argument "${argument}": ${describeTypeNamed(schema, type)}.`,
  ],
  [
    /^Argument "(?:\w+\.)?(\w+)" of (?:required|non-null) type "([\w![\]]+)"/,
    ([argument, type], schema) => `The argument "${argument}" is required: ${describeTypeNamed(schema, type)}.`,
  ],
  [
    /^Field "(\w+)" of type "[\w![\]]+" must have a selection/,
    ([field]) => `Name the fields of "${field}" that you want, in braces behind it.`,
  ],
  [/^Field "(\w+)" must not have a selection/, ([field]) => `"${field}" has no fields of its own: leave out the braces behind it.`],
  [
    /^Variable "\$(\w+)" of type "([\w![\]]+)" used in position expecting type "([\w![\]]+)"/,
    ([variable, type, expected]) => `The variable "$${variable}" is declared as ${type}, where ${expected} is needed.`,
  ],
  [/^Variable "\$(\w+)" is not defined/, ([variable]) => `The variable "$${variable}" is used, and not declared.`],
  [/^Variable "\$(\w+)" cannot be non-input type/, ([variable]) => `The variable "$${variable}" can't be of this type.`],
  [/^There can be only one .*?"\$?(\w+)"/, ([name]) => `"${name}" is given more than once.`],
  [/^Unknown type "(\w+)"/, ([type]) => `There is no type "${type}".`],
  [/^Unknown fragment "(\w+)"/, ([fragment]) => `There is no fragment "${fragment}".`],
  [/^Unknown directive "@(\w+)"/, ([directive]) => `There is no directive "@${directive}".`],
  [/^Fragment "(\w+)" is never used/, ([fragment]) => `The fragment "${fragment}" is never used.`],
  [/^Cannot spread fragment "(\w+)" within itself/, ([fragment]) => `The fragment "${fragment}" is spread within itself.`],
  [/^Fragment "(\w+)" cannot be spread here/, ([fragment]) => `The fragment "${fragment}" does not fit where it is spread.`],
  [/^Fields "(\w+)" conflict/, ([field]) => `"${field}" is asked for twice in ways that do not fit together: give one of them an alias.`],
  [/^Field "(\w+)" is not defined by type "(\w+)"/, ([field, type]) => `${type} has no field "${field}".`],
  [
    /^Field "(\w+)\.(\w+)" of required type "([\w![\]]+)" was not provided/,
    ([type, field, expected], schema) => `${type} needs the field "${field}": ${describeTypeNamed(schema, expected)}.`,
  ],
];

/** The type that a value was to have, in the words of graphql and of our scalars. */
const EXPECTED = [
  /^Expected value of type "([\w![\]]+)"/,
  /^Expected ([A-Z]\w*)\.$/,
  /^([A-Z]\w*) cannot represent/,
  /^Enum "(\w+)" cannot represent/,
  /does not exist in "(\w+)" enum/,
];

/** Documents that do not fit the schema: the name that is wrong, and what was expected; no value and no suggestion. */
export function documentErrors(schema: GraphQLSchema, document: DocumentNode, errors: readonly GraphQLError[]): readonly RenderedError[] {
  return errors.slice(0, MOST_PROBLEMS).map((error) => {
    const { locations } = error;
    return {
      ...renderError('BAD_REQUEST', describeProblem(schema, document, error), { path: 'query' }),
      ...(locations === undefined ? {} : { locations }),
    };
  });
}

export function describeProblem(schema: GraphQLSchema, document: DocumentNode | null, { message, nodes }: GraphQLError): string {
  for (const [pattern, describe] of PROBLEMS) {
    const names = pattern.exec(message)?.slice(1);
    if (names !== undefined) return describe(names.map(cap), schema);
  }
  const [node] = nodes ?? [];
  const place = (node === undefined || document === null ? null : placeOf(document, node)) ?? 'A value of the document';
  for (const pattern of EXPECTED) {
    const type = pattern.exec(message)?.[1];
    if (type !== undefined) return `${place} is not valid: it must be ${describeTypeNamed(schema, type)}.`;
  }
  return `${place} is not valid.`;
}

function cap(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

/** Where a node stands, by the names around it. */
function placeOf(document: DocumentNode, node: ASTNode): string | null {
  let place: string | null = null;
  visit(document, {
    enter(current, _key, parent, _path, ancestors) {
      if (current !== node) return undefined;
      place = nameOf([...ancestors, parent, current].filter((one): one is ASTNode => one !== undefined && 'kind' in one));
      return BREAK;
    },
  });
  return place;
}

function nameOf(around: readonly ASTNode[]): string | null {
  let owner = '';
  let path: string[] = [];
  for (const node of around) {
    if (node.kind === Kind.FIELD || node.kind === Kind.DIRECTIVE) {
      owner = `${node.kind === Kind.DIRECTIVE ? '@' : ''}${node.name.value}`;
      path = [];
    } else if (node.kind === Kind.VARIABLE_DEFINITION) {
      owner = '';
      path = [`$${node.variable.name.value}`];
    } else if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) path.push(node.name.value);
  }
  const names = cap(path.join('.'));
  if (path.length === 0) return owner === '' ? null : `The field "${cap(owner)}"`;
  return owner === '' ? `The default of the variable "${names}"` : `The argument "${names}" of "${cap(owner)}"`;
}
