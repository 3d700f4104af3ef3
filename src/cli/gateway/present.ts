import { GatewayError } from './transport.ts';

/** The items of a list without those that are null, which the lead API's schema allows nearly everywhere. */
export function present<T>(items: readonly (T | null)[] | null): readonly T[] {
  return (items ?? []).filter((item) => item !== null);
}

/** The rows of a page. */
export function nodesOf<T>({ edges }: { readonly edges: readonly ({ readonly node: T | null } | null)[] }): readonly T[] {
  return present(present(edges).map(({ node }) => node));
}

/** The result of an operation. In the schema it may be null, but only beside an error, and that would have been thrown. */
export function required<T>(result: T | null): T {
  if (result === null) throw new GatewayError('UNAVAILABLE', 'The gateway gave no answer.');
  return result;
}
