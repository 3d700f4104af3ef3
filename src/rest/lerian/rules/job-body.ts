import { isPlainObject } from '../../../domain/connection/details/details.ts';
import { isOneLine } from '../../../domain/text/one-line.ts';
import { fault, missing } from '../faults.ts';
import { type MappedFields, readMappedFields } from '../sources/mapped-fields.ts';
import { readMembers, wrongType } from './members.ts';

/** Most characters of a job's metadata as JSON. */
const MOST_METADATA = 10_000;
/** Most characters of `metadata.source`. */
export const MOST_SOURCE = 100;

/** What a job is asked for. */
interface JobBody {
  readonly mappedFields: MappedFields;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly source: string };
  readonly ignored: readonly string[];
}

/** Throws FET-0402 for what is missing, FET-0001 for another shape and for metadata that are too long, FET-1061 for more than is looked at. */
export function readJobBody(given: Readonly<Record<string, unknown>>): JobBody {
  const { known, ignored } = readMembers(given, ['dataRequest', 'metadata']);
  const request = known.dataRequest ?? null;
  if (request === null) throw missing({ dataRequest: 'is required' });
  if (!isPlainObject(request)) throw wrongType('dataRequest', 'an object');
  const inner = readMembers(request, ['mappedFields'], 'dataRequest.');
  const mappedFields = readMappedFields(inner.known.mappedFields, 'dataRequest.mappedFields');
  const metadata = known.metadata ?? null;
  if (metadata !== null && !isPlainObject(metadata)) throw wrongType('metadata', 'an object');
  const source = metadata?.source ?? null;
  if (source !== null && typeof source !== 'string') throw wrongType('metadata.source', 'a string');
  if (source === null || source.trim() === '') throw missing({ 'metadata.source': 'is required' });
  if (JSON.stringify(metadata).length > MOST_METADATA || !isOneLine(source) || source.length > MOST_SOURCE)
    throw fault('FET-0001', 'The metadata of the job are too long.', { metadata: 'is too long' });
  return { mappedFields, metadata: { ...metadata, source: source.trim() }, ignored: [...ignored, ...inner.ignored] };
}
