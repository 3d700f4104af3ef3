/**
 * What the lead API names, or asks for, otherwise than is derived from a connector. It stands with the kind or with its family; what is left
 * out is derived.
 */
export interface LeadKind {
  /** The input that creating takes. */
  readonly createInput?: string;
  /** The input that updating takes. */
  readonly updateInput?: string;
  /** Its schema requires none of the fields; the connector still does. */
  readonly allOptional?: true;
  /** What the update mutation returns. */
  readonly updatePayload?: string;
  /** The older mutation that tests and stages at once: one of its own, or the one of all databases, which are told apart by connection type. */
  readonly testV1?: LeadTestV1 | 'database';
  /** The mutation that adds connections under a name of its own, `add...Connection`. */
  readonly adding?: string;
  /** Settings, by the lead API's names, that its input of self-hosted credentials takes beside the reference. */
  readonly besideReference?: readonly string[];
}

export interface LeadTestV1 {
  readonly field: string;
  /** The argument that holds the details; each field is an argument unless given. */
  readonly argument?: string;
  /** Its payload says what failed. */
  readonly explains: boolean;
}

/** A field of a GraphQL input, derived from a connector's or named by the lead API. */
export type WireType =
  | 'String'
  | 'Int'
  | 'Boolean'
  | '[String]'
  | '[String!]'
  | { readonly enum: string; readonly values: readonly string[] }
  | { readonly input: string; readonly fields: WireShape };

export interface WireField {
  readonly type: WireType;
  readonly required?: boolean;
  readonly description?: string;
}

export type WireShape = Readonly<Record<string, WireField>>;

/** The inputs that the members of a family share. */
export interface FamilyInputs {
  readonly create: { readonly name: string; readonly fields: WireShape };
  readonly update: { readonly name: string; readonly fields: WireShape };
}
