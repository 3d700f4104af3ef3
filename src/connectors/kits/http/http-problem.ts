import type { Problem } from '../../../domain/connector/validation.ts';
import { awsCodeMeaning } from '../aws/sign-aws.ts';
import { type Meaning, type Meanings, meaningOf, problemOf, says } from '../problems.ts';
import type { HttpFailure } from './http-session.ts';

/** A problem for what was answered: what the kind says it means, else what it means anywhere. */
export function httpProblem(failure: HttpFailure, title: string, own: Meaning | null): Problem {
  return problemOf(failure.about === 'token' ? 'The authorization server' : title, causeOf(failure), own ?? usualMeaning(failure, title));
}

/** What a table of codes and statuses says. Of where tokens are fetched it says as TOKEN_REFUSED what a refused client means, and nothing else. */
export function httpMeaningOf<D>(meanings: Meanings<D>, failure: HttpFailure, details: D): Meaning | null {
  const codes = failure.about === 'token' ? [isWrongClient(failure) ? 'TOKEN_REFUSED' : ''] : [failure.code, String(failure.status)];
  return meaningOf(meanings, codes, details);
}

/** RFC 6749 has a token endpoint answer a wrong client with 400 or 401; some use 403. */
function isWrongClient({ status }: HttpFailure): boolean {
  return status === 400 || status === 401 || status === 403;
}

/** Who answered, and with which status. The code is shown only where it looks like a code. */
function causeOf({ status, code, about }: HttpFailure): string {
  if (about === 'login') return `the login failed${/^\w{1,60}$/.test(code) ? ` (${code})` : ` with status ${status}`}`;
  return `${about === 'token' ? 'the token endpoint' : 'the server'} answered ${status}${/^\w{1,60}$/.test(code) ? ` ${code}` : ''}`;
}

function usualMeaning(failure: HttpFailure, title: string): Meaning {
  const { status, code, about } = failure;
  const known = awsCodeMeaning(code);
  if (known !== undefined) return known;
  if (status === 429) return 'RATE_LIMITED';
  if (status >= 500) return 'PROVIDER_DOWN';
  if (about === 'token')
    return isWrongClient(failure)
      ? says(
          'CREDENTIALS_REJECTED',
          'The authorization server refused the client.',
          'Check its id and secret, the scope, and the user where there is one.',
        )
      : says('PROTOCOL_ERROR', 'What answered is not a token endpoint.', 'Check the address of the token endpoint.');
  if (status === 401) return 'CREDENTIALS_REJECTED';
  if (status === 403) return 'ACCESS_DENIED';
  if (status >= 300 && status < 400)
    return says('PROTOCOL_ERROR', `${title} answered with a redirect, which is not followed.`, 'Give the URL that it redirects to.');
  return 'PROTOCOL_ERROR';
}
