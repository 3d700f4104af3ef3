import { HttpFailure } from './http-session.ts';

/** What was answered, or null where it was one of these statuses: where what is not there, or not for everybody to see, is no failure. */
export async function nullOn<T>(statuses: readonly number[], asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HttpFailure && statuses.includes(error.status)) return null;
    throw error;
  }
}
