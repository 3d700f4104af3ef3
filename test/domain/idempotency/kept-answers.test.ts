import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/domain/errors/errors.ts';
import { answerForRepeat, fateOfAnswer, idempotencyTerm, requireIdempotencyId } from '../../../src/domain/idempotency/kept-answers.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

describe('an idempotency id', () => {
  test.each([
    { id: '!', is: 'ok' },
    { id: '~'.repeat(200), is: 'ok' },
    { id: 'x'.repeat(201), is: 'BAD_REQUEST' },
    { id: '', is: 'BAD_REQUEST' },
    { id: 'two words', is: 'BAD_REQUEST' },
    { id: 'd\u00e9j\u00e0', is: 'BAD_REQUEST' },
  ])('$id: $is', ({ id, is }) => {
    expect(refusalOf(() => requireIdempotencyId(id))).toBe(is);
  });

  test('is taken for a minute while its request runs, and answers for a day', () => {
    expect(idempotencyTerm(1000)).toEqual({ startedAt: 1000, takenUntil: 61_000, expiresAt: 1000 + 24 * 60 * 60 * 1000 });
  });

  test.each<{ codes: ErrorCode[]; isKept: boolean; isCutShort?: boolean; hasChanged?: boolean; fate: string }>([
    { codes: [], isKept: true, isCutShort: true, fate: 'free' },
    { codes: [], isKept: true, isCutShort: true, hasChanged: true, fate: 'keep' },
    { codes: ['UNAVAILABLE'], isKept: true, isCutShort: true, hasChanged: true, fate: 'free' },
    { codes: [], isKept: true, fate: 'keep' },
    { codes: ['VERSION_CONFLICT'], isKept: true, fate: 'keep' },
    { codes: ['FORBIDDEN', 'UNAVAILABLE'], isKept: true, fate: 'free' },
    { codes: ['RATE_LIMITED'], isKept: true, fate: 'free' },
    { codes: ['INTERNAL'], isKept: false, fate: 'free' },
    { codes: [], isKept: false, fate: 'forget' },
  ])('an answer with $codes that is to be kept ($isKept): $fate', ({ fate, ...answer }) => {
    expect(fateOfAnswer({ isCutShort: false, hasChanged: false, ...answer })).toBe(fate);
  });

  const [hash, another, answer] = [Buffer.from('one'), Buffer.from('two'), Buffer.from('sealed')];
  test.each([
    { when: 'with its answer', first: { requestHash: hash, answer }, is: 'ok' },
    { when: 'while it runs', first: { requestHash: hash, answer: null }, is: 'REQUEST_IN_PROGRESS' },
    { when: 'for another request', first: { requestHash: another, answer }, is: 'IDEMPOTENCY_MISMATCH' },
    { when: 'for another request that runs', first: { requestHash: another, answer: null }, is: 'IDEMPOTENCY_MISMATCH' },
  ])('a repeat $when: $is', ({ first, is }) => {
    expect(refusalOf(() => answerForRepeat(first, hash))).toBe(is);
  });
});
