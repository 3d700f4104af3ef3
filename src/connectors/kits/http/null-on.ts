import { HttpFailure } from './http-session.ts';

/** What was answered, or null where it was a refusal of one of these statuses or codes: where what is absent, or hidden, is no failure. */
export async function nullOn<T>(refusals: readonly (number | string)[], asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HttpFailure && (refusals.includes(error.status) || refusals.includes(error.code))) return null;
    throw error;
  }
}
