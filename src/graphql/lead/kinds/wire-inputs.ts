import type { WireField, WireShape, WireType } from '../../../domain/connector/lead.ts';
import type { Builder } from '../../schema/builder.ts';

type InputRef = ReturnType<Builder['inputType']>;

export interface WireInputs {
  /** The input of that name, made once however many inputs and arguments hold it. */
  input(input: { readonly name: string; readonly fields: WireShape }): InputRef;
  /** The fields as arguments, none of them required. */
  args(t: ArgBuilder, fields: WireShape): Record<string, ReturnType<ArgBuilder>>;
}

type FieldsOf = Parameters<Builder['mutationField']>[1];
type ArgBuilder = Parameters<FieldsOf>[0]['arg'];

export function createInputs(builder: Builder): WireInputs {
  const made = new Map<string, InputRef>();
  const enums = new Map<string, ReturnType<Builder['enumType']>>();
  const enumOf = (name: string, values: readonly string[]) => {
    const known = enums.get(name) ?? builder.enumType(name, { values: [...values] });
    enums.set(name, known);
    return known;
  };
  const typeOf = (type: Exclude<WireType, `[${string}]`>) =>
    typeof type === 'string' ? type : 'enum' in type ? enumOf(type.enum, type.values) : input({ name: type.input, fields: type.fields });
  const input: WireInputs['input'] = ({ name, fields }) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const ref = builder.inputType(name, {
      fields: (t) =>
        Object.fromEntries(
          Object.entries(fields).map(([key, { type, required = false, description }]) => {
            const options = { required, ...(description === undefined ? {} : { description }) };
            if (type === '[String]') return [key, t.stringList({ ...options, required: { list: required, items: false } })];
            if (type === '[String!]') return [key, t.stringList(options)];
            return [key, t.field({ type: typeOf(type), ...options })];
          }),
        ),
    });
    // Pothos types an input by its literal shape; ours is made at run time, and parsed by the connector's own fields.
    made.set(name, ref as unknown as InputRef);
    return ref as unknown as InputRef;
  };
  return {
    input,
    args: (arg, fields) =>
      Object.fromEntries(
        Object.entries(fields).map(([key, { type, description }]: [string, WireField]) => {
          const options = description === undefined ? {} : { description };
          return [key, type === '[String]' || type === '[String!]' ? arg.stringList(options) : arg({ type: typeOf(type), ...options })];
        }),
      ),
  };
}
