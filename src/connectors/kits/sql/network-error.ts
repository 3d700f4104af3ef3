import { BY_SYSTEM_CODE, EgressError } from '../../../domain/connector/egress.ts';

/** Throws the EgressError that a driver's error stands for, and returns when it is not about the network. */
export function throwNetworkError(error: unknown): void {
  if (error instanceof EgressError) throw error;
  const code = systemCodeOf(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO/.test(code)) throw new EgressError('TLS_UNTRUSTED');
  const network = BY_SYSTEM_CODE[code];
  if (network !== undefined) throw new EgressError(network);
}

/** The `code` of a Node or driver error, or an empty text. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
