import { z } from 'zod';
import type { Connector } from '../../connector/connector.ts';
import type { ErrorCode } from '../../errors/errors.ts';
import { type Details, fieldsOf, secretLeaves } from './details.ts';
import { UnfitDetails } from './unfit-details.ts';

/** What we show in place of a secret. It is never stored: sent back, it is refused. */
export const MASK = '********';

/**
 * Parses whole details with the connector's fields and rules. Throws BAD_REQUEST with the path of the first problem and all of
 * them (at most 5) in `problems`; the texts are ours, so that no value is ever quoted.
 */
export function parseDetails(connector: Connector, details: Details): Details {
  refuseMasks(connector, details);
  // Without its input, a value of a wrong type could not be told from one that is missing. Issues go no further than this function.
  const parsed = objectOf(connector).safeParse(details, { reportInput: true });
  const problems = parsed.success
    ? connector.rules
        .map((rule) => rule(parsed.data as never))
        .filter((problem) => problem !== null)
        .map(({ path, message }) => ({ path: leadPath(connector, path.split('.')), message }))
    : parsed.error.issues.map((issue) => ({ path: leadPath(connector, issue.path), message: describeIssue(issue) }));
  const [first] = problems;
  if (first !== undefined) {
    throw new UnfitDetails(codeOf(parsed.error?.issues[0]), `${first.path}: ${first.message}.`, {
      path: first.path,
      kind: connector.kind,
      problems: problems.slice(0, 5),
    });
  }
  return parsed.data as Details;
}

const objectByConnector = new WeakMap<Connector, z.ZodType>();

function objectOf(connector: Connector): z.ZodType {
  let object = objectByConnector.get(connector);
  if (object === undefined) {
    object = z.strictObject(connector.fields);
    objectByConnector.set(connector, object);
  }
  return object;
}

function leadPath(connector: Connector, path: readonly PropertyKey[]): string {
  const [key, ...rest] = path.map(String);
  const field = fieldsOf(connector).find((candidate) => candidate.key === key);
  return [field?.meta.names.lead ?? key ?? '', ...rest].filter((part) => part !== '').join('.');
}

/** A builder's refinement may name a code that says more than BAD_REQUEST does. */
function codeOf(issue: z.core.$ZodIssue | undefined): ErrorCode {
  const code: unknown = issue?.code === 'custom' ? issue.params?.code : undefined;
  return code === 'INVALID_HEADER_VALUE' ? code : 'BAD_REQUEST';
}

/** zod's messages can name what was received; ours say only what is expected. */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be of type ${issue.expected}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'holds a field that this kind does not have';
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

/** A mask that we served and that came back is not a secret; stored, it would silently break the connection. */
function refuseMasks(connector: Connector, details: Details): void {
  for (const { path, value } of secretLeaves(connector, details)) {
    if (value === MASK)
      throw new UnfitDetails(
        'BAD_REQUEST',
        `${path}: this is the mask shown in place of the secret. Leave the field out to keep the secret.`,
        { path },
      );
  }
}
