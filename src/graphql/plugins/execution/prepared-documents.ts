import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { asGraphqlError, renderError } from '../masking/error-masking.ts';
import { operationUnknown } from '../masking/mask-error.ts';
import type { ApiPlugin } from '../yoga-plugin.ts';
import { findOperation, type PreparedOperation, prepareOperation } from './prepared-operation.ts';

/** A document that was parsed and held against the schema. */
interface PreparedDocument {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
}

/**
 * Parses and checks each document once, and finds the operation that a request means. Everything that can be done once per document
 * is not done per request.
 */
export function usePreparedDocuments(schema: GraphQLSchema): ApiPlugin {
  const byText = new PreparedDocuments<PreparedDocument>();
  const checked = new WeakMap<DocumentNode, PreparedDocument>();
  const operations = new WeakMap<object, PreparedOperation>();
  return {
    onParse({ params: { source }, context, setParsedDocument }) {
      const known = byText.get(String(source));
      if (known !== undefined) setParsedDocument(known.document);
      return ({ result }) => {
        if (!isDocument(result)) return;
        const { params } = context.operationRequest;
        // Yoga chooses by this name how the operation is run.
        const operation = findOperation(result, params.operationName);
        if (operation === null && hasOperations(result)) throw asGraphqlError(operationUnknown(result));
        const name = operation?.name?.value;
        if (name === undefined) delete params.operationName;
        else params.operationName = name;
      };
    },
    onValidate({ params: { documentAST: document }, context, setResult }) {
      const { operationRequest } = context;
      const known = checked.get(document);
      if (known !== undefined) setResult(known.errors);
      return ({ valid, result }) => {
        if (known === undefined) {
          // Our own function, which the first plugin sets, gives no others.
          const prepared: PreparedDocument = { document, errors: result as readonly GraphQLError[] };
          checked.set(document, prepared);
          byText.set(operationRequest.caller, operationRequest.params.query, prepared);
        }
        if (valid) operationRequest.operation = chosen(document, operationRequest.params.operationName);
      };
    },
  };

  function chosen(document: DocumentNode, name: string | undefined): PreparedOperation {
    const node = findOperation(document, name);
    if (node === null) throw asGraphqlError(operationUnknown(document));
    if (schema.getRootType(node.operation) == null)
      throw asGraphqlError(renderError('BAD_REQUEST', `There are no operations of the type ${node.operation} here.`, { path: 'query' }));
    let operation = operations.get(node);
    if (operation === undefined) {
      operation = prepareOperation(schema, document, node);
      operations.set(node, operation);
    }
    return operation;
  }
}

/** One without any is refused by the rules of documents. */
function hasOperations({ definitions }: DocumentNode): boolean {
  return definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
}

function isDocument(result: unknown): result is DocumentNode {
  return typeof result === 'object' && result !== null && 'definitions' in result;
}

/** How much memory prepared documents may take in all, and those that one caller brought, by an estimate of their sizes. */
export const PREPARED_BYTES = { all: 32 * 1024 * 1024, ofCaller: 8 * 1024 * 1024 } as const;

/** A parsed document of real clients takes about so many bytes for each of its characters, with its code and its text. */
const BYTES_A_CHARACTER = 64;
/** Longer ones are written by a program for one request. */
const MOST_CHARACTERS = 16_384;

interface Kept<T> {
  readonly document: T;
  readonly caller: string;
  readonly size: number;
}

/**
 * Documents by their text, for all callers: what one has sent is ready for the others. A caller that keeps sending new ones removes its own
 * oldest, and nobody else's.
 */
export class PreparedDocuments<T extends object> {
  readonly #kept: LRUCache<string, Kept<T>>;
  /** Texts that each caller brought, oldest first. */
  readonly #brought = new Map<string, { size: number; readonly texts: Set<string> }>();
  readonly #most: { readonly all: number; readonly ofCaller: number };

  constructor(most: { readonly all: number; readonly ofCaller: number } = PREPARED_BYTES) {
    this.#most = most;
    this.#kept = new LRUCache({ maxSize: most.all, sizeCalculation: ({ size }) => size, dispose: (kept, text) => this.#leave(text, kept) });
  }

  get(text: string): T | undefined {
    return this.#kept.get(text)?.document;
  }

  set(caller: string, text: string, document: T): void {
    if (text.length > MOST_CHARACTERS) return;
    const size = text.length * BYTES_A_CHARACTER + 1024;
    const mine = this.#brought.get(caller) ?? { size: 0, texts: new Set<string>() };
    for (const oldest of mine.texts) {
      if (mine.size + size <= this.#most.ofCaller) break;
      this.#kept.delete(oldest);
    }
    this.#brought.set(caller, mine);
    mine.texts.add(text);
    mine.size += size;
    this.#kept.set(text, { document, caller, size });
  }

  get size(): number {
    return this.#kept.calculatedSize;
  }

  #leave(text: string, { caller, size }: Kept<T>): void {
    const mine = this.#brought.get(caller);
    if (mine === undefined || !mine.texts.delete(text)) return;
    mine.size -= size;
    if (mine.texts.size === 0) this.#brought.delete(caller);
  }
}
