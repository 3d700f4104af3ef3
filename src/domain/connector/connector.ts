import type { SecretNaming } from '../connection/reference/named-secret.ts';
import type { DetailsOf, FieldShape } from './field.ts';
import type { FamilyInputs, LeadKind } from './lead.ts';
import type { Validator } from './validator.ts';

/**
 * What a connector is: one object that defines a kind. GraphQL inputs, test and update mutations, checks, the form's
 * JSON Schema, CLI prompts, redaction and the reference page are all derived from it; nothing else names a kind.
 */

export type ConnectorCategory = 'database' | 'warehouse' | 'bi' | 'etl' | 'dbt' | 'streaming' | 'notification' | 'other';

/**
 * An input that many kinds share. Members are told apart by the discriminator (`dbType`); a field of the shared input
 * that a member does not have is UNKNOWN_OPTION for it.
 */
export interface Family {
  readonly name: string;
  /** The kind that stands for any member on input and as the output's connection type, e.g. `transactional-db`. */
  readonly kind: string;
  readonly discriminator: string;
  /**
   * Moves nested wire groups to the fields they stand for; the given object is left as it is. What a given group leaves out is null, as
   * far as the kind has it.
   */
  flatten(wire: Readonly<Record<string, unknown>>, has: (name: string) => boolean): Record<string, unknown>;
  /** The field by which something is asked for that no driver of a member speaks, and what to say to that; null where there is none. */
  undrivable?(wire: Readonly<Record<string, unknown>>): { readonly path: string; readonly message: string } | null;
  /** The validators that the family's own kind lists, whatever its members have beside them: a client that asks for that kind runs all that are listed on each of them. */
  readonly validators: readonly string[];
  /** The inputs of the lead API that the members share. */
  readonly lead: FamilyInputs;
}

/** npm packages that speak to the system; validators import them lazily. */
export interface Driver {
  readonly packages: readonly string[];
  /** The command that installs them where they are optional, or null where they come with us. */
  readonly install: string | null;
}

/** What the kind's own tests run against: a real server, or a fake that follows the documented protocol. */
export interface Testing {
  readonly against: 'server' | 'fake';
  /** Which one, as in `PostgreSQL 18` or `a fake of the login and query API`. */
  readonly what: string;
  /**
   * The vendor's own driver or SDK, or where there is none the one that people use: it signs in to the fake in a test, and so proves it faithful. Null where the vendor has none for Node or Python that could be pointed at it.
   */
  readonly client?: string | null;
}

/**
 * A defined kind. The type of its parsed details is known and checked where it is defined; code that derives from a connector does not need
 * it.
 */
export interface Connector {
  /** Lower-kebab. */
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  /** Other kinds that callers name and mean this one. */
  readonly aliases: readonly string[];
  readonly family: Family | null;
  readonly fields: FieldShape;
  readonly rules: readonly Rule<never>[];
  readonly validators: readonly Validator[];
  /** Answers with a `Description` as `returnedData`, or with errors; null for kinds that can't say what they hold. */
  readonly describe: Validator['run'] | null;
  /** The role that the gateway's own AWS identity has to assume for these details; null where they bring a key, or need none. Null for kinds that never ask for it. */
  readonly gatewayRole: ((details: Readonly<Record<string, unknown>>) => string | null) | null;
  /** Of kinds whose settings name secrets that only jobs are given; null for all others. */
  readonly naming: SecretNaming | null;
  /** Null where no package is needed. */
  readonly driver: Driver | null;
  /** The protocol or interface, as in `the PostgreSQL protocol`; null where a package leaves it out. */
  readonly speaks: string | null;
  readonly tested: Testing | null;
  /** What a login needs at the least, a statement or a step each, ready to be used once what stands in angle brackets is filled in. */
  readonly leastPrivileges: readonly string[];
  readonly lead: LeadKind;
}

/** A rule across fields: the path it concerns and what to say, or `null` when it holds. The text never holds a value. */
export interface Rule<D> {
  (details: D): { readonly path: string; readonly message: string } | null;
  /** How fields exclude or need each other: an update that gives some of them is merged by it, and documentation tells it. */
  readonly relations?: readonly FieldRelation[];
}

export type FieldRelation =
  /** Ways that exclude each other, such as to log in: whoever gives a field of one in an update replaces the others. */
  | { readonly ways: readonly (readonly string[])[] }
  /** The field is of use only together with one of the others, and goes when they are replaced. */
  | { readonly field: string; readonly needs: readonly string[] }
  /** A setting that says which of the ways is taken, with the fields of each; some may be in more than one. */
  | { readonly mode: string; readonly ways: Readonly<Record<string, readonly string[]>> };

export interface ConnectorDefinition<F extends FieldShape> {
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  readonly aliases?: readonly string[];
  readonly family?: Family;
  readonly fields: F;
  readonly rules?: readonly Rule<DetailsOf<F>>[];
  readonly validators: readonly Validator<DetailsOf<F>>[];
  readonly describe?: Validator<DetailsOf<F>>['run'];
  /** For kinds that are built in. */
  gatewayRole?(details: Partial<DetailsOf<F>>): string | null;
  /** For kinds that are built in. */
  readonly naming?: SecretNaming;
  readonly driver?: Driver;
  readonly speaks?: string;
  readonly tested?: Testing;
  readonly leastPrivileges?: readonly string[];
  readonly lead?: LeadKind;
}

/** Folds a caller's spelling of a kind: case, `_` and `-` make no difference. */
export function foldKind(kind: string): string {
  return kind.trim().toLowerCase().replaceAll('_', '-');
}
