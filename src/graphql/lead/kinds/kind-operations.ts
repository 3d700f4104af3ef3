import type { Connector } from '../../../domain/connector/connector.ts';
import type { LeadTestV1, WireShape } from '../../../domain/connector/lead.ts';
import { type Form, pascal, wireShapeOf } from './wire-shape.ts';

export interface KindInput {
  readonly name: string;
  readonly fields: WireShape;
}

/** A mutation that runs one validator, with every name given. */
export interface KindTest {
  readonly field: string;
  readonly payload: string;
  readonly input: KindInput;
  readonly takesKey: boolean;
}

/** An older mutation that tests and stages at once: its arguments are the fields, unless one of them holds the details. */
export interface KindTestV1 extends Omit<LeadTestV1, 'payload' | 'argument'> {
  readonly connector: Connector;
  readonly payload: string;
  readonly argument: { readonly name: string; readonly input: KindInput } | null;
  readonly fields: WireShape;
}

export interface KindOperation {
  /** The kind, or the family's, whose details the inputs hold. */
  readonly kind: string;
  readonly update: { readonly field: string; readonly input: KindInput; readonly payload: string };
  readonly tests: readonly KindTest[];
  readonly testsV1: readonly KindTestV1[];
  serves(connector: Connector): boolean;
}

/** The mutations of each family, and of each kind of its own. */
export function operationsOf(connectors: readonly Connector[]): readonly KindOperation[] {
  const families = [...new Set(connectors.map(({ family }) => family).filter((family) => family !== null))];
  return [
    ...families.map((family): KindOperation => {
      const { create, update } = family.lead;
      const field = `test${family.name}Credentials`;
      return {
        kind: family.kind,
        update: {
          field: `update${family.name}CredentialsV2`,
          input: update,
          payload: `Update${family.name}CredentialsV2Mutation`,
        },
        tests: [{ field, payload: `${capital(field)}V2`, input: create, takesKey: false }],
        testsV1: [],
        serves: (connector) => connector.family === family,
      };
    }),
    ...connectors.filter(({ family }) => family === null).map(operationOf),
  ];
}

function operationOf(connector: Connector): KindOperation {
  const { kind, lead } = connector;
  const { name = pascal(kind), tests = [{}], testV1 = [] } = lead;
  const shape = (form: Form) => wireShapeOf(connector, form);
  const created = shape('create');
  const create = {
    name: lead.createInput ?? `${name}ConnectionDetails`,
    fields: lead.allOptional === true ? optional(created) : created,
  };
  return {
    kind,
    update: {
      field: lead.updateField ?? `update${name}CredentialsV2`,
      input: { name: lead.updateInput ?? `${name}UpdateConnectionDetails`, fields: shape('update') },
      payload: lead.updatePayload ?? `Update${name}CredentialsV2Mutation`,
    },
    tests: tests.map(({ field = `test${name}CredentialsV2`, payload = capital(field), input, takesKey }) => ({
      field,
      payload,
      input: { ...create, name: input ?? create.name },
      takesKey: takesKey === true,
    })),
    testsV1:
      testV1 === 'database'
        ? []
        : testV1.map(({ argument, payload, ...test }) => ({
            ...test,
            connector,
            payload: payload ?? capital(test.field),
            argument: argument === undefined ? null : { name: argument, input: create },
            fields: shape('older'),
          })),
    serves: (candidate) => candidate.kind === kind,
  };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function optional(shape: WireShape): WireShape {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, { ...field, required: false }]));
}
