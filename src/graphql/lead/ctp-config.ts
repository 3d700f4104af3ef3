import { badRequest } from '../../domain/errors/errors.ts';

/** The lead API takes settings of its own drivers here. Our drivers have none of them, and to accept and ignore them would mislead. */
export function refuseCtpConfig(given: unknown, path = 'ctpConfig'): void {
  if (given != null) throw badRequest(path, `${path} is not supported; leave it out.`);
}
