import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Admission } from '../admission/admit.ts';
import { type Answer, makeAnswer, plainAnswerOf } from './answer.ts';
import type { OperationRequest } from './operation-request.ts';
import { admission } from './plugins/admission.ts';
import { answerText } from './plugins/answer/answer-text.ts';
import { useHttpAnswer } from './plugins/answer/http-answer.ts';
import { answerBudget } from './plugins/budget/spend-budget.ts';
import { requestDeadline } from './plugins/deadline.ts';
import { trackedEffects } from './plugins/effects.ts';
import { useLimitedEngine } from './plugins/execution/engine.ts';
import { useCompiledQueries } from './plugins/execution/jit.ts';
import { usePreparedDocuments } from './plugins/execution/prepared-documents.ts';
import { idempotency } from './plugins/idempotency.ts';
import { useExecutionLayers, useRequestLayers } from './plugins/layers.ts';
import { ALIASES, DEPTH, DIRECTIVES } from './plugins/limits/document-limits.ts';
import { operationLimits, useSubscriptionLimits } from './plugins/limits/operation-limits.ts';
import { createMaskError } from './plugins/masking/mask-error.ts';
import { maskedErrors, type Report, reportedFailures } from './plugins/masking/masked-executions.ts';
import { refusalAudit } from './plugins/refusal-audit.ts';
import { resolverContext } from './plugins/resolver-context.ts';
import type { ServerContext } from './plugins/yoga-plugin.ts';

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly admission: Admission;
  /** Whether an answer that can be made anew is recorded for this token under its idempotency id. */
  readonly mayKeep: (token: string, bytes: number) => boolean;
  readonly report: Report;
}

/** The GraphQL API, whatever carries it. */
export interface GraphqlApi {
  /** Yoga with all its ways in: GET, streams, and what else a client may accept. */
  readonly yoga: YogaServerInstance<ServerContext, object>;
  /** The same plugins for a request that wants one answer as plain JSON, without objects of Fetch around it. Never throws. */
  run(request: OperationRequest): Promise<Answer>;
}

export function createGraphqlApi({ schema, admission: limits, mayKeep, report }: GraphqlOptions): GraphqlApi {
  // Outside of an execution: a request whose document was not read yet, or a fault of a plugin.
  const maskError = createMaskError((error) => report(error, 'unknown'));
  const yoga = createYoga<ServerContext>({
    schema,
    maskedErrors: { maskError },
    // Each of these is on as Yoga comes.
    logging: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    parserAndValidationCache: false,
    plugins: [
      // All that is done for one request, from the outside to the inside.
      useRequestLayers([requestDeadline, idempotency(mayKeep), refusalAudit, answerText]),

      // The document: it is parsed and held against the schema and the limits once, and then kept.
      useLimitedEngine(),
      maxDepthPlugin(DEPTH),
      maxAliasesPlugin(ALIASES),
      maxDirectivesPlugin(DIRECTIVES),
      usePreparedDocuments(schema),

      // The execution, from the outside to the inside, and what executes.
      useCompiledQueries(),
      useExecutionLayers([
        reportedFailures(report),
        operationLimits,
        admission(limits),
        trackedEffects,
        maskedErrors(schema, report),
        answerBudget,
        resolverContext,
      ]),
      useSubscriptionLimits(),

      // What Yoga's own handler reads and sends.
      useHttpAnswer(),
    ],
  });

  async function run(operationRequest: OperationRequest): Promise<Answer> {
    const { params } = operationRequest;
    try {
      // Plugins of Yoga's own look at a Request of Fetch only where there is one.
      const given = { params, request: undefined as never };
      const result = await yoga.getResultForParams(given, { operationRequest });
      return result === undefined ? refused(new Error('no result')) : await plainAnswerOf(result);
    } catch (error) {
      return refused(error);
    }
  }

  function refused(error: unknown): Answer {
    return makeAnswer({ errors: [maskError(error)] as never }, false);
  }

  return { yoga, run };
}
