import type { Connector } from '../../../domain/connector/connector.ts';
import type { LeadTestV1, WireShape } from '../../../domain/connector/lead.ts';
import { pascal, wireShapeOf } from './wire-shape.ts';

export interface KindOperation {
  /** `update<name>CredentialsV2`. */
  readonly name: string;
  /** The kind, or the family's, whose details the inputs hold. */
  readonly kind: string;
  readonly create: { readonly name: string; readonly fields: WireShape };
  readonly update: { readonly name: string; readonly fields: WireShape; readonly payload: string };
  /** The test mutation and its payload, as the lead API names them. */
  readonly test: { readonly field: string; readonly payload: string };
  readonly testV1: LeadTestV1 | null;
  serves(connector: Connector): boolean;
}

/** One pair of mutations for each family, and one for each kind of its own. */
export function operationsOf(connectors: readonly Connector[]): readonly KindOperation[] {
  const families = [...new Set(connectors.map(({ family }) => family).filter((family) => family !== null))];
  return [
    ...families.map((family): KindOperation => {
      const { create, update } = family.lead;
      return {
        name: family.name,
        kind: family.kind,
        create,
        update: { ...update, payload: `Update${family.name}CredentialsV2Mutation` },
        testV1: null,
        test: { field: `test${family.name}Credentials`, payload: `Test${family.name}CredentialsV2` },
        serves: (connector) => connector.family === family,
      };
    }),
    ...connectors
      .filter(({ family }) => family === null)
      .map((connector): KindOperation => {
        const name = pascal(connector.kind);
        const { lead } = connector;
        const update = wireShapeOf(connector, true);
        return {
          name,
          kind: connector.kind,
          create: {
            name: lead.createInput ?? `${name}ConnectionDetails`,
            fields: lead.allOptional === true ? optional(wireShapeOf(connector, false)) : wireShapeOf(connector, false),
          },
          update: {
            name: lead.updateInput ?? `${name}UpdateConnectionDetails`,
            fields: update,
            payload: lead.updatePayload ?? `Update${name}CredentialsV2Mutation`,
          },
          testV1: typeof lead.testV1 === 'object' ? lead.testV1 : null,
          test: { field: `test${name}CredentialsV2`, payload: `Test${name}CredentialsV2` },
          serves: (candidate) => candidate.kind === connector.kind,
        };
      }),
  ];
}

function optional(shape: WireShape): WireShape {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, { ...field, required: false }]));
}
