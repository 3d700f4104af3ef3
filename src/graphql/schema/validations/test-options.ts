import { badRequest } from '../../../domain/errors/errors.ts';
import type { TestOptions } from '../../../operations/validations/run/validation-run.ts';
import { refuseCtpConfig } from '../../lead/ctp-config.ts';
import type { Builder } from '../builder.ts';
import type { Context } from '../context.ts';

export function createTestOptions(builder: Builder) {
  const validatorTestOptions = builder.inputType('ValidatorTestOptions', {
    fields: (t) => ({
      validateSelect: t.boolean(),
      validateInfoAccess: t.boolean(),
      validateTableMetadata: t.boolean(),
      validateSyslog: t.boolean(),
    }),
  });
  return builder.inputType('ConnectionTestOptions', {
    fields: (t) => ({
      dcId: t.field({ type: 'UUID' }),
      skipValidation: t.boolean({ defaultValue: false }),
      skipPermissionTests: t.boolean({ defaultValue: false }),
      testOptions: t.field({ type: validatorTestOptions }),
      ctpConfig: t.field({ type: 'JSONString' }),
    }),
  });
}

interface GivenOptions {
  readonly testOptions?: Readonly<Record<string, unknown>> | null | undefined;
  readonly dcId?: string | null | undefined;
  readonly skipValidation?: boolean | null | undefined;
  readonly skipPermissionTests?: boolean | null | undefined;
  readonly ctpConfig?: unknown;
}

/** The lead API's test options as the operation takes them. */
export function readTestOptions(options: GivenOptions | null | undefined, { signal }: Context): TestOptions {
  refuseCtpConfig(options?.ctpConfig, 'connectionOptions.ctpConfig');
  refuseQueryChoice(options?.testOptions);
  return {
    siteId: options?.dcId ?? null,
    skipValidation: options?.skipValidation === true,
    skipPermissionTests: options?.skipPermissionTests === true,
    signal,
  };
}

/** The lead API chooses by these among queries of its own validators. Ours have none of them, and to accept and ignore the choice would mislead. */
function refuseQueryChoice(given: GivenOptions['testOptions']): void {
  for (const [name, value] of Object.entries(given ?? {}))
    if (value != null)
      throw badRequest(
        `connectionOptions.testOptions.${name}`,
        `testOptions.${name} is of a query that is not run here; leave it out. skipPermissionTests leaves out all but the connection itself.`,
      );
}
