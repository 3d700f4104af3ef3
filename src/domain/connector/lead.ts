/**
 * Names and requirements of the lead API that differ from what is derived from a connector. They stand with the kind or its family;
 * whatever is left out is derived.
 */
export interface LeadKind {
  /** What its operations, inputs and payloads are named after, where that is not the kind: `BigQuery`. */
  readonly name?: string;
  /** The input that creating takes. */
  readonly createInput?: string;
  /** The input that updating takes. */
  readonly updateInput?: string;
  /** Its schema requires none of the fields; the connector still does. */
  readonly allOptional?: true;
  readonly updateField?: string;
  /** What the update mutation returns. */
  readonly updatePayload?: string;
  /** The mutations that run one validator, the usual one unless given. */
  readonly tests?: readonly LeadTest[];
  /** The older mutations that test and stage at once: some of its own, or the one of all databases, which are told apart by connection type. */
  readonly testV1?: readonly LeadTestV1[] | 'database';
  /** The mutation that adds connections under a name of its own, `add...Connection`. */
  readonly adding?: string;
  /** Settings, by the lead API's names, that its input of self-hosted credentials takes beside the reference. */
  readonly besideReference?: readonly string[];
}

/** A mutation that runs one validator; `{}` is the usual one, `test...CredentialsV2`. */
export interface LeadTest {
  readonly field?: string;
  /** The payload, the field's name with a capital unless given. */
  readonly payload?: string;
  /** The input, that of creating unless given; its fields are the same. */
  readonly input?: string;
  /** It takes the temporary key of what is staged in the place of details, too. */
  readonly takesKey?: true;
}

export interface LeadTestV1 {
  readonly field: string;
  /** The payload, the field's name with a capital unless given. */
  readonly payload?: string;
  /** The argument that holds the details; each field is an argument unless given. */
  readonly argument?: string;
  /** Its payload says what failed. */
  readonly explains: boolean;
  /** It takes the connection type as well, this one unless given. */
  readonly connectionType?: string;
  /** Arguments, texts all of them, that mean nothing here: given, they are refused by name. */
  readonly refuses?: readonly string[];
}

/** How the older mutations take a field: as an enum of another name, or as a group of another shape, with what makes the field's value of it. */
export type OlderForm =
  | string
  | { readonly name: string; readonly fields: WireShape; read(given: Readonly<Record<string, unknown>>): unknown };

/** A field of a GraphQL input, derived from a connector's or named by the lead API. */
export type WireType =
  | 'String'
  | 'Int'
  | 'Boolean'
  | 'JSONString'
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
