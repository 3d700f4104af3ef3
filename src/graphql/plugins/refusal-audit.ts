import { isAsyncIterable } from '@envelop/core';
import { auditRefusal } from '../../operations/audit/audit-refusal.ts';
import { answerOf } from '../answer.ts';
import type { RequestLayer } from './layers.ts';

/** Writes a refused mutation into the audit before its caller gets the answer. */
export const refusalAudit: RequestLayer = async (handling, next) => {
  const { request } = handling;
  const { services, actor } = request;
  const result = await next(handling);
  if (isAsyncIterable(result) || request.operation?.isMutation !== true) return result;
  const { executed, codes } = answerOf(result);
  if (executed && codes.length > 0)
    await auditRefusal(services, actor, { fields: request.operation.rootFields.map(({ name }) => name.value), codes });
  return result;
};
