import type { AuthType } from './platform-types.ts';
import type { Texts } from './unfit-connection.ts';

/**
 * What an environment has in place of a connection's own; what it leaves out is the connection's. Properties replace all of them: a member
 * name that stayed behind would be looked for in another secret.
 */
export interface EnvironmentOverride {
  readonly secretsLocation?: Texts | undefined;
  readonly connectionProperties?: Texts | undefined;
}

/** The parsed settings of a connection of one of Matillion's kinds. */
export interface MatillionSettings {
  readonly authProvider: string;
  readonly authType: AuthType;
  readonly description?: string | undefined;
  readonly secretsLocation?: Texts | undefined;
  readonly connectionProperties: Texts;
  readonly environmentOverrides?: Readonly<Record<string, EnvironmentOverride>> | undefined;
}

export interface Layer {
  readonly connectionProperties: Texts;
  readonly secretsLocation?: Texts;
}

/** A connection as a job in an environment has it. */
export function layered(base: Layer, override: EnvironmentOverride): Layer {
  const { connectionProperties = base.connectionProperties, secretsLocation = base.secretsLocation } = override;
  return { connectionProperties, ...(secretsLocation === undefined ? {} : { secretsLocation }) };
}
