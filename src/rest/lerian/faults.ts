import { DomainError, type ErrorCode } from '../../domain/errors/errors.ts';

interface Fault {
  readonly status: number;
  readonly title: string;
  /** What it is among our own codes, for the log and the audit. */
  readonly code: ErrorCode;
}

/** The vendor's codes, with texts of ours. FET-1080 to FET-1082 are about tenants, which are projects of tokens here. */
export const FAULTS = {
  'FET-0001': { status: 400, title: 'Bad Request', code: 'BAD_REQUEST' },
  'FET-0002': { status: 500, title: 'Internal Server Error', code: 'INTERNAL' },
  'FET-0003': { status: 503, title: 'Service Unavailable', code: 'UNAVAILABLE' },
  'FET-0004': { status: 409, title: 'Version Conflict', code: 'VERSION_CONFLICT' },
  'FET-0400': { status: 400, title: 'Unexpected Fields in Request', code: 'BAD_REQUEST' },
  'FET-0401': { status: 400, title: 'Invalid Data in Request', code: 'BAD_REQUEST' },
  'FET-0402': { status: 400, title: 'Missing Fields in Request', code: 'BAD_REQUEST' },
  'FET-0403': { status: 400, title: 'Invalid Header', code: 'BAD_REQUEST' },
  'FET-0404': { status: 400, title: 'Invalid Path Parameter', code: 'BAD_REQUEST' },
  'FET-0405': { status: 400, title: 'Invalid Query Parameter', code: 'BAD_REQUEST' },
  'FET-0406': { status: 400, title: 'Pagination Limit Exceeded', code: 'BAD_REQUEST' },
  'FET-0407': { status: 400, title: 'Invalid Sort Order', code: 'BAD_REQUEST' },
  'FET-0408': { status: 400, title: 'Invalid Date Format', code: 'BAD_REQUEST' },
  'FET-0409': { status: 400, title: 'Invalid Date Range', code: 'BAD_REQUEST' },
  'FET-0410': { status: 400, title: 'Invalid Metadata', code: 'BAD_REQUEST' },
  'FET-0411': { status: 400, title: 'Metadata Value Too Long', code: 'BAD_REQUEST' },
  'FET-0412': { status: 400, title: 'Metadata Key Too Long', code: 'BAD_REQUEST' },
  'FET-0413': { status: 400, title: 'Invalid SSL Mode', code: 'BAD_REQUEST' },
  'FET-0414': { status: 400, title: 'Host Not Allowed', code: 'EGRESS_DENIED' },
  'FET-1001': { status: 404, title: 'Not Found', code: 'NOT_FOUND' },
  'FET-1002': { status: 409, title: 'Duplicate Config Name', code: 'NAME_TAKEN' },
  'FET-1014': { status: 400, title: 'Connection Not Assigned', code: 'BAD_REQUEST' },
  'FET-1015': { status: 409, title: 'Connection Already Assigned', code: 'NAME_TAKEN' },
  'FET-1016': { status: 400, title: 'Product Mismatch', code: 'BAD_REQUEST' },
  'FET-1020': { status: 400, title: 'Missing Data Source', code: 'BAD_REQUEST' },
  'FET-1021': { status: 409, title: 'Job In Progress', code: 'CONNECTION_IN_USE' },
  'FET-1040': { status: 400, title: 'Database Not Reachable', code: 'VALIDATION_FAILED' },
  'FET-1060': { status: 422, title: 'Schema Validation Failed', code: 'BAD_REQUEST' },
  'FET-1061': { status: 400, title: 'Schema Validation Limit Exceeded', code: 'LIMIT_EXCEEDED' },
  'FET-1062': { status: 400, title: 'Data Source Not Found', code: 'BAD_REQUEST' },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultCode = keyof typeof FAULTS;

/** What is wrong with single members, by their paths. */
export type Fields = Readonly<Record<string, string>>;

/** A failure that the vendor's own table names. Neither message nor fields hold what was sent. */
export function fault(fet: FaultCode, message: string, fields?: Fields): DomainError {
  const path = Object.keys(fields ?? {})[0];
  const details = { fet, ...(fields === undefined ? {} : { fields }), ...(path === undefined ? {} : { path }) };
  return new DomainError(FAULTS[fet].code, message, details);
}

/** What is missing among the members, or empty. */
export function missing(fields: Fields): DomainError {
  return fault('FET-0402', 'One or more fields are missing or empty.', fields);
}

/** What may not have the value that it has. */
export function invalid(fields: Fields): DomainError {
  return fault('FET-0001', 'One or more fields do not have a value that they may have.', fields);
}
