import { EgressError, networkFailure } from '../../../domain/connector/egress.ts';

/** Throws the EgressError that a driver's error stands for, and returns when it is not about the network. */
export function throwNetworkError(error: unknown): void {
  const network = networkFailure(error);
  if (network !== null) throw new EgressError(network);
}

/** The `code` of a Node or driver error, or an empty text. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
