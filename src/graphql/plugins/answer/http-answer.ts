import { isAsyncIterable } from '@envelop/core';
import { httpAnswer, plainAnswerOf, prefersResponseType, resultOf } from '../../answer.ts';
import type { ApiPlugin } from '../yoga-plugin.ts';

/**
 * Makes Yoga's own handler work like the shorter way: it takes the parameters that the transport has read, and sends a finished answer as
 * it is. Streams are left to Yoga.
 */
export function useHttpAnswer(): ApiPlugin {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { params } = serverContext.operationRequest;
      setRequestParser(() => params);
    },
    async onResultProcess({ request, result, setResult, resultProcessor, setResultProcessor, serverContext }) {
      const isStream = isAsyncIterable(result);
      if (Array.isArray(result) || (isStream && resultProcessor !== undefined)) return;
      const answer = await plainAnswerOf(result);
      serverContext.operationRequest.answer = answer;
      setResult(resultOf(answer));
      const accept = request.headers.get('accept') ?? undefined;
      if (!isStream && acceptsStream(accept) && !acceptsJson(accept)) return;
      setResultProcessor((_, { Response }) => {
        const { status, headers, body } = httpAnswer(answer, prefersResponseType(accept));
        return new Response(body, { status, headers });
      }, 'application/json');
    },
  };
}

/** Whether Accept names the media type of server-sent events. */
export function acceptsStream(accept: string | undefined): boolean {
  return accept?.toLowerCase().includes('text/event-stream') === true;
}

/** Whether Accept names JSON, too: one answer is then told as it is to whoever accepts JSON alone. */
function acceptsJson(accept: string | undefined): boolean {
  return prefersResponseType(accept) || /application\/(json|\*)|\*\/\*/i.test(accept ?? '');
}
