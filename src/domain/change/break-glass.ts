import { badRequest } from '../errors/errors.ts';
import { isOneLine } from '../text/one-line.ts';

/** Why an owner commits although jobs hold the connection, as it is audited: 1 to 500 characters, trimmed. Throws BAD_REQUEST. */
export function readBreakGlassReason(text: string): string {
  const reason = text.trim();
  if (reason.length === 0 || reason.length > 500 || !isOneLine(reason))
    throw badRequest('breakGlassReason', 'A reason has 1 to 500 characters and no control characters.');
  return reason;
}
