import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { OperationPriority } from '../../../admission/priority.ts';
import type { SelectionCost } from '../budget/answer-budget.ts';
import { createDocumentCost } from '../limits/document-cost.ts';
import { createSelectionCosts, fragmentsOf, NOTHING } from '../limits/selection-cost.ts';
import { operationPriorityOf } from '../operation-priority.ts';
import { rootFieldsOf } from './root-fields.ts';

/** What is found out about an operation once, and kept for as long as its document. */
export interface PreparedOperation {
  readonly node: OperationDefinitionNode;
  readonly name: string | null;
  readonly isMutation: boolean;
  readonly priority: OperationPriority;
  /** What the fields of its root cost, as far as that is known before anything is resolved. */
  readonly selectionCost: SelectionCost;
  /** Also those that stand in fragments. */
  readonly rootFields: readonly FieldNode[];
  /**
   * True where a variable has a type that a compiled query reads differently: input objects, and whole numbers that are written as text.
   */
  readonly needsInterpreter: boolean;
  /** Objects that it asks for, with the variables of one request. */
  costOf(variables: Readonly<Record<string, unknown>>): number;
  /** How often it was run so far. */
  uses: number;
}

/** The operation of a valid document that a request means; null where it names none of several. */
export function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode | null {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  // Real clients send a name with one anonymous document: one operation is the one that is meant.
  if (operations.length === 1) return operations[0] ?? null;
  return operations.find((operation) => operation.name?.value === name) ?? null;
}

export function prepareOperation(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode): PreparedOperation {
  const root = schema.getRootType(node.operation);
  const cost = createDocumentCost(schema, document, node);
  return {
    node,
    name: node.name?.value ?? null,
    isMutation: node.operation === 'mutation',
    priority: operationPriorityOf(schema, node),
    selectionCost: root == null ? NOTHING : createSelectionCosts(schema).ofOperation(root, node.selectionSet, fragmentsOf(document)),
    rootFields: rootFieldsOf(document, node),
    needsInterpreter: (node.variableDefinitions ?? []).some(({ type: written }) => {
      const type = getNamedType(typeFromAST(schema, written as never));
      return isInputObjectType(type) || type?.name === 'Int';
    }),
    costOf: cost.of,
    uses: 0,
  };
}
