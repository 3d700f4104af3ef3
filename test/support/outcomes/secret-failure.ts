import { SecretError } from '../../../src/domain/errors/secret-error.ts';

/** Why a secret was not had; `none` when it was. */
export async function failureOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'none';
  } catch (error) {
    if (error instanceof SecretError) return error.failure;
    throw error;
  }
}
