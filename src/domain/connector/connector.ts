import type { DetailsOf, FieldShape } from './field.ts';
import type { FamilyInputs, LeadKind } from './lead.ts';
import type { Validator } from './validator.ts';

/**
 * What a connector is: one object that defines a kind. GraphQL inputs, test and update mutations, checks, the form's
 * JSON Schema, CLI prompts, redaction and the reference page are all derived from it; nothing else names a kind.
 */

export type ConnectorCategory = 'database' | 'warehouse' | 'bi' | 'etl' | 'streaming' | 'notification' | 'other';

/**
 * An input that many kinds share. Members are told apart by the discriminator (`dbType`); a field of the shared input
 * that a member does not have is UNKNOWN_OPTION for it.
 */
export interface Family {
  readonly name: string;
  /** The kind that stands for any member on input and as the output's connection type, e.g. `transactional-db`. */
  readonly kind: string;
  readonly discriminator: string;
  /** Moves nested wire groups to the fields they stand for; the given object is left as it is. */
  flatten(wire: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** The inputs of the lead API that the members share. */
  readonly lead: FamilyInputs;
}

/** A defined kind. What its fields parse to is known where it is defined, checked there, and of no concern to those who derive from it. */
export interface Connector {
  /** Lower-kebab. */
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  readonly family: Family | null;
  readonly fields: FieldShape;
  readonly rules: readonly Rule<never>[];
  readonly validators: readonly Validator[];
  /** An npm package that the validators import lazily, with the command that installs it, when it is optional. */
  readonly driver: { readonly packageName: string; readonly install: string } | null;
  readonly lead: LeadKind;
}

/** A rule across fields: the path it concerns and what to say, or `null` when it holds. The text never holds a value. */
export type Rule<D> = (details: D) => { readonly path: string; readonly message: string } | null;

export interface ConnectorDefinition<F extends FieldShape> {
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  readonly family?: Family;
  readonly fields: F;
  readonly rules?: readonly Rule<DetailsOf<F>>[];
  readonly validators: readonly Validator<DetailsOf<F>>[];
  readonly driver?: { readonly packageName: string; readonly install: string };
  readonly lead?: LeadKind;
}

/** Folds a caller's spelling of a kind: case, `_` and `-` make no difference. */
export function foldKind(kind: string): string {
  return kind.trim().toLowerCase().replaceAll('_', '-');
}
