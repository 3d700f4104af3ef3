import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getArgumentValues,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { createCollector, type Member } from './limits/collect-fields.ts';
import { type Fragments, fragmentsOf } from './limits/selection-cost.ts';
import { leafText, unexpected, type Write } from './write-answer.ts';

/** What can't be compiled. */
class NotCompiled extends Error {}

/** What the code calls. It gets everything of the document as a constant or as quoted text, so that a name can't become code. */
const CALLED = {
  leafText,
  unexpected,
  argumentsOf: getArgumentValues,
  /** Of texts among which is one that has to be looked at, or is none. */
  lengthOf: (...texts: readonly unknown[]) => texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0),
  /** What JSON has to escape, and half characters, which JSON.stringify alone writes right. */
  escaped: /["\\\p{Cc}\p{Cs}]/u,
};

type Resolved = Member & { readonly field: GraphQLField<unknown, unknown> };

interface Quoted {
  /** What stands before it. */
  readonly text: string;
  readonly type: GraphQLLeafType;
  /** The name of its property. */
  readonly name: string;
  /** Code for it where it is not plain text. */
  readonly otherwise: string;
}

/** The type of what is written as a quoted text, as a rule as it is. */
function quotedType(type: GraphQLOutputType): GraphQLLeafType | null {
  const nullable = getNullableType(type);
  return isEnumType(nullable) || (isLeafType(nullable) && ['UUID', 'String', 'ID'].includes(nullable.name)) ? nullable : null;
}

/** Code that tells whether a value can stand between quotes as it is. */
function isPlainText({ name }: GraphQLLeafType, expression: string): string {
  const isText = `typeof ${expression} === 'string'`;
  return name === 'UUID' ? isText : `${isText} && !escaped.test(${expression})`;
}

/** Written out wherever it is asked, since a function for all would see every shape of object there is. */
function isPromise(expression: string): string {
  return `typeof ${expression}?.then === 'function'`;
}

/** The code of one query: a function for each object and list in its answer. */
export class QueryCode {
  readonly #membersOf: ReturnType<typeof createCollector>;
  readonly #functions: string[] = [];
  readonly #constants: unknown[] = [];
  readonly #fragments: Fragments;

  constructor(document: DocumentNode) {
    this.#membersOf = createCollector(document);
    this.#fragments = fragmentsOf(document);
  }

  /** Null when it can't be compiled. */
  compile(root: GraphQLObjectType, selections: SelectionSetNode): Write | null {
    try {
      const start = this.#object(root, [selections]);
      const constants = this.#constants.map((_, index) => `const k${index} = constants[${index}];`);
      const source = `'use strict'; const { ${Object.keys(CALLED).join(', ')} } = called; ${constants.join(' ')}
${this.#functions.join('\n')}
return (value, out, answer) => { out.push('{"data":'); ${start}(value, out, answer); out.push('}'); };`;
      // It returns the function above.
      return new Function('called', 'constants', source)(CALLED, this.#constants) as Write;
    } catch (error) {
      if (error instanceof NotCompiled) return null;
      throw error;
    }
  }

  /** The name of a function that writes an object. */
  #object(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): string {
    const members = this.#membersOf(type, selections);
    if (members === null) throw new NotCompiled();
    const lines: string[] = [];
    // Text that is known by now and is written with the next value.
    let text = '{';
    let run: Quoted[] = [];
    const endRun = (behind: string) => {
      if (run.length > 0) lines.push(this.#run(run, behind));
      else if (behind !== '') lines.push(`out.push(${JSON.stringify(behind)});`);
      run = [];
    };
    for (const [index, { name, field, nodes }] of members.entries()) {
      text += `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
      if (field === null) {
        text += JSON.stringify(type.name);
        continue;
      }
      const quoted = field.resolve === undefined ? quotedType(field.type) : null;
      if (quoted !== null) run.push({ text, type: quoted, otherwise: this.#property(field, nodes, text), name: field.name });
      else {
        endRun('');
        lines.push(
          field.resolve === undefined ? this.#property(field, nodes, text) : this.#resolved({ name, field, nodes }, field.resolve, text),
        );
      }
      text = '';
    }
    endRun(`${text}}`);
    return this.#function(lines.join('\n'));
  }

  /** Members in a row that are quoted text: written at once where all of them are there and need no escape, as they mostly do. */
  #run(run: readonly Quoted[], behind: string): string {
    const read: string[] = [];
    const plain: string[] = [];
    const pieces: string[] = [];
    const lengths: string[] = [];
    const texts: string[] = [];
    let pending = '';
    for (const [index, { name, text, type }] of run.entries()) {
      const local = `text${index}`;
      const value = `value[${JSON.stringify(name)}]`;
      if (isEnumType(type)) {
        // Few values: each is kept with all that stands around it.
        const end = index === run.length - 1 ? behind : '';
        const texts = new Map(type.getValues().map((one) => [one.value, `${pending}${text}"${one.name}"${end}`]));
        read.push(`${local} = ${this.#constant(texts)}.get(${value})`);
        plain.push(`${local} !== undefined`);
        pieces.push(local);
        pending = '';
      } else {
        read.push(`${local} = ${value}`);
        if (type.name !== 'UUID') {
          lengths.push(`${local}.length`);
          texts.push(local);
        }
        plain.push(isPlainText(type, local));
        pieces.push(JSON.stringify(`${pending}${text}"`), local);
        pending = index === run.length - 1 ? `"${behind}` : '"';
      }
    }
    if (pending !== '') pieces.push(JSON.stringify(pending));
    const otherwise = run.map((member) => member.otherwise).join('\n');
    return `{ const ${read.join(', ')};
if (${plain.join(' && ')}) { ${lengths.length === 0 ? '' : `answer.budget.bytes += ${lengths.join(' + ')}; `}out.push(${pieces.join(', ')}); }
else { ${lengths.length === 0 ? '' : `answer.budget.bytes += lengthOf(${texts.join(', ')}); `}${otherwise} ${behind === '' ? '' : `out.push(${JSON.stringify(behind)});`} } }`;
  }

  #property(field: GraphQLField<unknown, unknown>, nodes: Member['nodes'], text: string): string {
    return this.#value(field.type, nodes, `value[${JSON.stringify(field.name)}]`, text);
  }

  #resolved({ name, field, nodes }: Resolved, resolve: unknown, text: string): string {
    const write = this.#function(this.#value(field.type, nodes, 'value', ''));
    const [node] = nodes;
    const info = {
      fieldName: field.name,
      fieldNodes: nodes,
      fragments: this.#fragments,
      path: { prev: undefined, key: name, typename: undefined },
    };
    const call = `${this.#constant(resolve)}(value, ${this.#argumentsOf(field, node)}, answer.context, ${this.#constant(info)})`;
    return `out.push(${JSON.stringify(text)}); { const found = ${call}; if (${isPromise('found')}) answer.later(found, ${write}, out); else ${write}(found, out, answer); }`;
  }

  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): string {
    const given = node.arguments ?? [];
    let hasVariable = false;
    for (const argument of given)
      visit(argument, {
        Variable() {
          hasVariable = true;
        },
      });
    if (hasVariable) return `argumentsOf(${this.#constant(field)}, ${this.#constant(node)}, answer.variables)`;
    return this.#constant(getArgumentValues(field, node));
  }

  /** Code that writes the value of an expression, behind some text. */
  #value(type: GraphQLOutputType, nodes: Member['nodes'], expression: string, text: string): string {
    if (isNonNullType(type)) return this.#present(type.ofType, nodes, expression, text, 'throw unexpected();');
    return this.#present(type, nodes, expression, text, `out.push(${JSON.stringify(`${text}null`)});`);
  }

  #present(type: GraphQLOutputType, nodes: Member['nodes'], expression: string, text: string, absent: string): string {
    const write = isLeafType(type)
      ? this.#leaf(type, text)
      : isListType(type)
        ? this.#list(type.ofType, nodes, text)
        : this.#nested(type, nodes, text);
    return `{ const it = ${expression}; if (it === null || it === undefined) { ${absent} } else ${write} }`;
  }

  #leaf(type: GraphQLLeafType, text: string): string {
    const quote = JSON.stringify(`${text}"`);
    const any = `out.push(${JSON.stringify(text)}, leafText(${this.#constant(type)}, it));`;
    // The names of an enum need no escape.
    if (isEnumType(type)) return `out.push(${quote}, ${this.#constant(type)}.serialize(it), '"');`;
    return quotedType(type) === null ? any : `if (${isPlainText(type, 'it')}) out.push(${quote}, it, '"'); else ${any}`;
  }

  #list(item: GraphQLOutputType, nodes: Member['nodes'], text: string): string {
    const write = this.#function(this.#value(item, nodes, 'value', ''));
    return `{
if (!Array.isArray(it)) throw unexpected();
out.push(${JSON.stringify(`${text}[`)});
for (let index = 0; index < it.length; index += 1) {
  if (index > 0) out.push(',');
  const item = it[index];
  if (!answer.budget.mayGoOn()) throw unexpected();
  if (${isPromise('item')}) answer.later(item, ${write}, out); else ${write}(item, out, answer);
}
out.push(']'); }`;
  }

  #nested(type: GraphQLOutputType, nodes: Member['nodes'], text: string): string {
    // Which object an interface is would be known only when it runs.
    if (!isObjectType(type) || type.isTypeOf != null) throw new NotCompiled();
    const selections = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const write = this.#object(type, selections);
    return `{ if (typeof it !== 'object' || it instanceof Error || ${isPromise('it')}) throw unexpected(); ${text === '' ? '' : `out.push(${JSON.stringify(text)}); `}${write}(it, out, answer); }`;
  }

  #function(body: string): string {
    const name = `write${this.#functions.length}`;
    this.#functions.push(`function ${name}(value, out, answer) { ${body} }`);
    return name;
  }

  #constant(value: unknown): string {
    const known = this.#constants.indexOf(value);
    if (known !== -1) return `k${known}`;
    return `k${this.#constants.push(value) - 1}`;
  }
}
