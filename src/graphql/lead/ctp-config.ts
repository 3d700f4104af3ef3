import { badRequest } from '../../domain/errors/errors.ts';

/** The lead API takes settings of its own drivers here. None of ours has them, and to take them and do nothing would mislead. */
export function refuseCtpConfig(given: unknown, path = 'ctpConfig'): void {
  if (given != null) throw badRequest(path, `${path} is not supported; leave it out.`);
}
