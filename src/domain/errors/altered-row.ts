import { DomainError } from './errors.ts';

/** Rows that were altered past the gateway, each with what is told of it. */
const faults = new WeakMap<object, DomainError>();

/** Marks a row that nothing may be believed of: a list of rows is told without it, and whatever else reads it fails. */
export function markAltered<T extends object>(row: T, fault: DomainError): T {
  faults.set(row, fault);
  return row;
}

/** The INTEGRITY of a row that was altered past the gateway; null for any other row. */
export function faultOf(row: unknown): DomainError | null {
  return typeof row === 'object' && row !== null ? (faults.get(row) ?? null) : null;
}

/**
 * What `make` makes of each row, for lists. One altered row does not make the whole list fail: something stands in its place that is marked
 * as altered, and reading a member of it throws INTEGRITY.
 */
export function madeOfEach<T extends object, R extends object>(rows: readonly T[], make: (row: T) => R): readonly R[] {
  return rows.map((row) => {
    try {
      const fault = faultOf(row);
      return fault === null ? make(row) : standIn<R>(fault);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'INTEGRITY') return standIn<R>(error);
      throw error;
    }
  });
}

function standIn<R extends object>(fault: DomainError): R {
  const made = new Proxy(
    {},
    {
      get(_, key) {
        // Whoever awaits or prints it asks for these.
        if (typeof key === 'symbol' || key === 'then') return undefined;
        throw fault;
      },
    },
  );
  // Nothing of it can be read, so it has whatever members are asked for.
  return markAltered(made as R, fault);
}

/** The rows that can be read, for lists that can tell nothing beside their rows: `tell` gets what is told of each other one. */
export function withoutAltered<T extends object>(rows: readonly T[], tell: (fault: DomainError) => void): readonly T[] {
  return rows.filter((row) => {
    const fault = faultOf(row);
    if (fault !== null) tell(fault);
    return fault === null;
  });
}
