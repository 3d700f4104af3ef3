import type { ValidationResult } from '../../domain/connector/validation.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { fitsWarehouse } from '../../operations/integrations/fits-warehouse.ts';
import { findAgent } from '../../operations/sites/find-agent.ts';
import { testNotification } from '../../operations/validations/test-notification.ts';
import { validateCreation } from '../../operations/validations/validate-change.ts';
import { VALIDATES } from '../plugins/operation-priority.ts';
import type { Builder } from '../schema/builder.ts';
import { readTestOptions } from '../schema/validations/test-options.ts';
import type { ValidationTypes } from '../schema/validations/validation-types.ts';
import { v1ResultOf } from './kinds/v1-result.ts';

/** The kind that the lead API takes where none is given; whatever the key was made for is meant then. */
const UNSAID = 'bigquery';

/** Checks of the lead API that stand by themselves: of a staged key, of a notification service, of workers, and of what fits a warehouse. */
export function addFurtherChecks(builder: Builder, { result, v1, testOptions }: ValidationTypes): void {
  const tested = builder.objectRef<readonly ValidationResult[]>('TestCredentialsMutation').implement({
    fields: (t) => ({
      success: t.boolean({ resolve: (results) => v1ResultOf(results).success }),
      validations: t.field({
        type: [v1.row],
        nullable: { list: true, items: true },
        resolve: (results) => [...v1ResultOf(results).validations],
      }),
      warnings: t.field({ type: [v1.row], nullable: { list: true, items: true }, resolve: (results) => [...v1ResultOf(results).warnings] }),
    }),
  });
  builder.mutationField('testCredentials', (t) =>
    t.field({
      extensions: VALIDATES,
      type: tested,
      description: 'Runs every validator once more on what a temporary key was staged for.',
      args: {
        connectionOptions: t.arg({ type: testOptions }),
        connectionType: t.arg.string({ defaultValue: UNSAID }),
        key: t.arg.string({ required: true }),
        projectId: t.arg.string(),
      },
      resolve: (_, { connectionOptions, connectionType, key, projectId }, context) => {
        if (projectId != null)
          throw badRequest('projectId', 'projectId is not supported: the project is that of the credentials; leave it out.');
        return validateCreation(context.services, context.actor, {
          key,
          ...(connectionType == null || connectionType === UNSAID ? {} : { kind: connectionType }),
          ...readTestOptions(connectionOptions, context),
        });
      },
    }),
  );
  builder.queryFields((t) => ({
    testNotificationIntegration: t.boolean({
      extensions: VALIDATES,
      nullable: true,
      description: 'Whether the notification service of a saved connection can be used; settingId is the uuid of the connection.',
      args: { settingId: t.arg({ type: 'UUID' }) },
      resolve: (_, { settingId }, { services, actor, signal }) => {
        if (settingId == null) throw badRequest('settingId', 'settingId is required.');
        return testNotification(services, actor, settingId, signal);
      },
    }),
    testAgentReachability: t.field({
      type: result,
      description: 'Of a worker; none is connected.',
      args: { agentId: t.arg({ type: 'UUID', required: true }), validationName: t.arg.string() },
      resolve: (_, { agentId }, { actor }) => findAgent(actor, agentId),
    }),
    testDataStoreReachability: t.field({
      type: result,
      description: 'Of a worker; none is connected.',
      args: { agentId: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { agentId }, { actor }) => findAgent(actor, agentId),
    }),
    validateConnectionType: t.boolean({
      nullable: true,
      description: 'Whether a connection of that type can be added to a warehouse of that type.',
      args: { warehouseType: t.arg.string({ required: true }), connectionType: t.arg.string({ required: true }) },
      resolve: (_, { warehouseType, connectionType }, { services, actor }) => fitsWarehouse(services, actor, connectionType, warehouseType),
    }),
  }));
}
