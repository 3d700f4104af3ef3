import { describe, expect, test } from 'vitest';
import { readBreakGlassReason } from '../../../src/domain/change/break-glass.ts';
import { isRetryable, readWait, requireTimeToWait } from '../../../src/domain/change/wait-for-jobs.ts';
import type { ValidationCode } from '../../../src/domain/connector/validation.ts';
import { DomainError, type ErrorCode } from '../../../src/domain/errors/errors.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const HOUR = 60 * 60 * 1000;
const limits = { leaseMaxMs: 24 * HOUR };
const refused = (...codes: ValidationCode[]) => new DomainError('VALIDATION_FAILED', 'No.', { problems: codes.map((code) => ({ code })) });

describe('a commit that waits for running jobs', () => {
  test('waits for an hour unless it is told how long', () => {
    expect({ untold: readWait(limits), told: readWait(limits, 5000) }).toEqual({ untold: HOUR, told: 5000 });
  });

  test.each([
    { ms: 1000, is: 'ok' },
    { ms: 24 * HOUR, is: 'ok' },
    { ms: 999, is: 'BAD_REQUEST' },
    { ms: 24 * HOUR + 1, is: 'BAD_REQUEST' },
    { ms: 1000.5, is: 'BAD_REQUEST' },
  ])('for $ms ms: $is', ({ ms, is }) => {
    expect(refusalOf(() => readWait(limits, ms))).toBe(is);
  });

  test.each([
    { waitUntil: 101, isHeldBack: true, is: 'ok' },
    { waitUntil: 101, isHeldBack: false, is: 'ok' },
    { waitUntil: 100, isHeldBack: true, is: 'CONNECTION_IN_USE' },
    { waitUntil: 100, isHeldBack: false, is: 'CHANGE_EXPIRED' },
    { waitUntil: null, isHeldBack: true, is: 'CONNECTION_IN_USE' },
  ])('until $waitUntil, looked at at 100 while it is held back ($isHeldBack): $is', ({ waitUntil, isHeldBack, is }) => {
    expect(refusalOf(() => requireTimeToWait({ waitUntil }, isHeldBack, 100))).toBe(is);
  });

  test.each<{ error: DomainError; again: boolean }>([
    ...(['UNAVAILABLE', 'RATE_LIMITED', 'OUTCOME_UNKNOWN', 'STORAGE_FULL', 'REQUEST_TIMEOUT', 'INTERNAL'] satisfies ErrorCode[]).map(
      (code) => ({ error: new DomainError(code, 'Later.'), again: true }),
    ),
    { error: new DomainError('VERSION_CONFLICT', 'No.'), again: false },
    { error: new DomainError('FORBIDDEN', 'No.'), again: false },
    { error: refused('TIMEOUT', 'UNREACHABLE', 'PROVIDER_DOWN', 'RATE_LIMITED'), again: true },
    { error: refused('TIMEOUT', 'CREDENTIALS_REJECTED'), again: false },
    { error: refused('CREDENTIALS_REJECTED'), again: false },
    { error: refused(), again: false },
    { error: new DomainError('VALIDATION_FAILED', 'No.'), again: false },
  ])('is tried again only after what passes by itself: $error.code $error.details, $again', ({ error, again }) => {
    expect(isRetryable(error)).toBe(again);
  });
});

test.each([
  { reason: ' the old password leaked ', is: 'ok' },
  { reason: 'x'.repeat(500), is: 'ok' },
  { reason: 'x'.repeat(501), is: 'BAD_REQUEST' },
  { reason: '  ', is: 'BAD_REQUEST' },
  { reason: 'two\nlines', is: 'BAD_REQUEST' },
  { reason: '\udc00', is: 'BAD_REQUEST' },
])('glass is broken for a reason that somebody can read later: $is', ({ reason, is }) => {
  expect(refusalOf(() => readBreakGlassReason(reason))).toBe(is);
});
