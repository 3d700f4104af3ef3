import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  introspectionTypes,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { OperationPriority } from '../../../admission/priority.ts';
import { faultOf } from '../../../domain/errors/altered-row.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Context } from '../../schema/context.ts';
import { createSelectionCosts, isIntrospected, TEXT_TYPES } from '../limits/selection-cost.ts';
import { type AnswerBudget, never, type SelectionCost } from './answer-budget.ts';

type Field = GraphQLField<unknown, Context>;
type Costs = ReturnType<typeof createSelectionCosts>;

/** Leaves that may hold anything, whose length is known when they are read. */
const JSONS = new Set(['JSONString', 'GenericScalar']);

/** What each field of the root counts in its turn of the event loop: most of them read from the store, and some read much. */
const ROOT_VALUES = 250;

/** Introspection's types are the same objects for all schemas of a process. */
const introspected = new WeakSet<Field>();

/**
 * The schema with every resolver under the budget of the answer: nothing is resolved once the budget is spent, and lists are charged and
 * spread over turns of the event loop where they are resolved. So it holds whichever executor calls the resolvers.
 */
export function withBudget(schema: GraphQLSchema): GraphQLSchema {
  const costs = createSelectionCosts(schema);
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) govern(field, costs, roots.has(type), type === schema.getMutationType());
  }
  for (const type of introspectionTypes) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (introspected.has(field)) continue;
      introspected.add(field);
      govern(field, costs, false, false);
    }
  }
  return schema;
}

function govern(field: Field, costs: Costs, isRoot: boolean, isMutation: boolean): void {
  const settle = settlingOf(field.type, costs);
  // Text under the name of its field needs no resolver: it is charged with the object that it belongs to.
  if (field.resolve === undefined && (settle === null || isText(field.type))) return;
  const { name, resolve = defaultFieldResolver, extensions } = field;
  // Work that only reads may never continue once the budget is spent; the request waits until all other work has ended.
  const mayChange = isMutation || (extensions.operationPriority as OperationPriority | undefined)?.slow === true;
  const call: GraphQLFieldResolver<unknown, Context> = isRoot
    ? (source, args, context, info) => {
        const start = () => {
          const work = resolve(source, args, context, info);
          return mayChange ? context.answer.begin(work) : work;
        };
        // Those of a mutation run one after another anyway.
        const turn = isMutation ? null : context.answer.turn(ROOT_VALUES);
        return turn === null ? start() : turn.then(start);
      }
    : resolve;
  field.resolve = (source, args, context, info) => {
    // Introspection serves others, too, who have no context.
    const answer = context?.answer as AnswerBudget | undefined;
    if (answer === undefined) return call(source, args, context, info);
    if (answer.isSpent) return never();
    const found: unknown = call(source, args, context, info);
    if (found instanceof Promise) {
      if (settle === null && !isMutation) return found;
      return found.then((value: unknown) => {
        if (isMutation) answer.tookEffect(name);
        return settle === null ? value : settle(value, context, info);
      });
    }
    if (isMutation) answer.tookEffect(name);
    return settle === null ? found : settle(found, context, info);
  };
}

type Settle = (value: unknown, context: Context, info: GraphQLResolveInfo) => unknown;

/** An extension of object types: loads what rows of a list need, once they are paid for; null when all of it is there. */
export type ReadAhead = (rows: readonly never[], context: Context, info: GraphQLResolveInfo) => Promise<unknown> | null;

/**
 * An extension of object types: what is wrong with a row, when a field of it that is never null is read from another row, which was read
 * ahead, and that one can't be used. Null where nothing is.
 */
export type RowFault = (row: never, context: Context, info: GraphQLResolveInfo) => DomainError | null;

/** What is to be done with a value when it is there; null where its cost was known before. */
function settlingOf(type: GraphQLOutputType, { costOf }: Costs): Settle | null {
  const named = getNamedType(type);
  const list = getNullableType(type);
  if (isListType(list)) {
    if (isLeafType(named)) return (value, { answer }) => (!Array.isArray(value) || answer.charge(leavesOf(value), 1) ? value : never());
    // Types put nothing else there.
    const readAhead = named.extensions.readAhead as ReadAhead | undefined;
    const rowFault = named.extensions.rowFault as RowFault | undefined;
    const holdsNull = !isNonNullType(list.ofType);
    return (value, context, info) => {
      if (!Array.isArray(value)) return value;
      const { answer } = context;
      const { fieldNodes, fragments } = info;
      const cost = costOf(type, fieldNodes, fragments);
      if (!answer.charge(cost, value.length)) return never();
      const { rows, characters } = readPlain(value, cost);
      if (characters > 0 && !answer.chargeText(characters)) return never();
      const ahead = readAhead?.(readable(rows) as never[], context, info) ?? null;
      const listed = () => {
        const told = holdsNull ? rows : withoutFaults(rows, (row) => rowFault?.(row as never, context, info) ?? null, { answer, info });
        return answer.isSpent ? never() : answer.pace<unknown>(told, cost);
      };
      return ahead === null ? listed() : ahead.then(listed);
    };
  }
  if (isIntrospected(named))
    return (value, { answer }, { fieldNodes, fragments }) =>
      value == null || answer.charge(costOf(type, fieldNodes, fragments), 1) ? value : never();
  if (!isLeafType(named))
    return (value, { answer }, { fieldNodes, fragments }) => {
      const characters = charactersOf(value, costOf(type, fieldNodes, fragments));
      return characters === 0 || answer.chargeText(characters) ? value : never();
    };
  if (TEXT_TYPES.has(named.name))
    return (value, { answer }) => (typeof value !== 'string' || answer.chargeText(value.length) ? value : never());
  if (JSONS.has(named.name)) return (value, { answer }) => (value == null || answer.chargeText(lengthOf(value)) ? value : never());
  return null;
}

function isText(type: GraphQLOutputType): boolean {
  return !isListType(getNullableType(type)) && TEXT_TYPES.has(getNamedType(type).name);
}

const readable = (rows: readonly unknown[]) =>
  rows.some((row) => row instanceof Error) ? rows.filter((row) => !(row instanceof Error)) : rows;

/** The rows of a list that holds no null: one that can't be read is told beside the answer, so that the others stay. */
function withoutFaults(
  rows: readonly unknown[],
  faultIn: (row: unknown) => DomainError | null,
  { answer, info }: { readonly answer: AnswerBudget; readonly info: GraphQLResolveInfo },
): readonly unknown[] {
  let kept: unknown[] | null = null;
  for (const [index, row] of rows.entries()) {
    const fault = row instanceof DomainError ? row : faultIn(row);
    if (fault !== null) {
      kept ??= rows.slice(0, index);
      answer.leaveOut(fault, info);
    } else kept?.push(row);
  }
  return kept ?? rows;
}

/** The rows of a list and the characters of their texts. A row that can't be read is an error in its own place, and the others stay. */
function readPlain(list: readonly unknown[], cost: SelectionCost): { readonly rows: readonly unknown[]; readonly characters: number } {
  let characters = 0;
  let rows: unknown[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    try {
      const fault = faultOf(list[index]);
      if (fault !== null) throw fault;
      characters += charactersOf(list[index], cost);
    } catch (error) {
      rows ??= [...list];
      rows[index] = error;
    }
  }
  return { rows: rows ?? list, characters };
}

/**
 * Characters of the texts of an object that no resolver reads. The other leaves are read, too, since what an altered row throws has to be
 * thrown here: compiled code reads them by itself, awaits no error, and would leave the request without an answer.
 */
function charactersOf(row: unknown, { texts, plain }: SelectionCost): number {
  if (typeof row !== 'object' || row === null) return 0;
  let characters = 0;
  for (const member of texts) {
    const value: unknown = Reflect.get(row, member);
    if (typeof value === 'string') characters += value.length;
  }
  for (const member of plain) Reflect.get(row, member);
  return characters;
}

function leavesOf(list: readonly unknown[]) {
  return { values: list.length, bytes: list.reduce<number>((bytes, value) => bytes + lengthOf(value) + 1, 2) };
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length + 2 : (JSON.stringify(value)?.length ?? 4);
}
