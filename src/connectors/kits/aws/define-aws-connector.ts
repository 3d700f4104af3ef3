import type { Connector, ConnectorDefinition } from '../../../domain/connector/connector.ts';
import { defineConnector } from '../../../domain/connector/define-connector.ts';
import type { HttpTls } from '../../../domain/connector/egress.ts';
import type { DetailsOf, FieldShape } from '../../../domain/connector/field.ts';
import type { ValidatorInput } from '../../../domain/connector/validator.ts';
import type { Meaning } from '../problems.ts';
import { type Checks, usualValidators } from '../usual-validators.ts';
import { type ActionTrial, checkActions, type KeyedDetails, lostActions } from './allowed-actions.ts';
import { type AwsSession, openAws } from './aws-session.ts';
import { findExternalIdUnused } from './external-id.ts';

export interface AwsConnectorDefinition<F extends FieldShape>
  extends Omit<ConnectorDefinition<F>, 'validators'>,
    Omit<Checks<DetailsOf<F>, AwsSession>, 'permissions' | 'parity'> {
  /** Where services answer when not at their public addresses, by the names that signatures give them. */
  endpoints(details: DetailsOf<F>): Readonly<Record<string, string | undefined>>;
  /** The region of it all; asked for where the details do not say it. */
  region(input: ValidatorInput<DetailsOf<F>>): string | Promise<string>;
  /** How requests are protected, where that is not as over any https. */
  tls?(details: DetailsOf<F>): HttpTls | undefined;
  /** The role that the key assumes, or without a key the gateway itself, and what its trust asks for. */
  role(details: Partial<DetailsOf<F>>): { readonly arn: string | undefined; readonly externalId: string | undefined };
  /** What is asked to see that the service answers this identity, after it was asked who that is. */
  connection(session: AwsSession, input: ValidatorInput<DetailsOf<F>>): Promise<unknown>;
  /** Tries the actions that its jobs need, each by a request that changes nothing. */
  readonly actions: ActionTrial<DetailsOf<F>>;
  /** Settings that say where it all is: beside these, one identity may do the same everywhere. */
  readonly on: readonly (keyof DetailsOf<F> & string)[];
  /** What codes mean that only a service of this kind answers. */
  readonly refusals?: Readonly<Record<string, Meaning>>;
}

/** A kind that is services of AWS: a key signs, or a role that it assumes first; a role alone is assumed by the gateway's own identity, where it is granted. */
export function defineAwsConnector<F extends FieldShape>(definition: AwsConnectorDefinition<F>): Connector {
  const { endpoints, region, tls, role, connection, actions, refusals } = definition;
  type D = DetailsOf<F>;
  return defineConnector<F>({
    speaks: "AWS's API, signed with Signature Version 4",
    ...definition,
    gatewayRole: (details) => ((details as KeyedDetails).accessKeyId === undefined ? (role(details).arn ?? null) : null),
    validators: usualValidators<D, AwsSession>({
      ...definition,
      title: definition.called ?? definition.title,
      async connection(session, input) {
        const who = await session.whoAmI();
        await connection(session, input);
        return { data: { returnedData: who } };
      },
      async identity(session) {
        const warnings = await findExternalIdUnused(session);
        const who = await session.whoAmI();
        return {
          who,
          warnings,
          administrator: who.arn.endsWith(':root') ? "replace the account's own key by one of a user, and delete it." : null,
        };
      },
      permissions: (session, input) => checkActions(session, input.credentials, actions),
      parity: {
        login: (details) => role(details).arn ?? (details as KeyedDetails).accessKeyId,
        on: definition.on,
        unnamed: 'The login in use names neither a role nor an access key',
        comparesLogins: true,
        losses: (session, inUse, { credentials }) => lostActions({ session, credentials, inUse, actions }),
      },
      async withSession(input, use) {
        const { credentials, egress, gatewayAws = null } = input;
        const place = { egress, region: await region(input), endpoints: endpoints(credentials), tls: tls?.(credentials), refusals };
        return await use(await openAws(place, { ...(credentials as KeyedDetails), role: role(credentials) }, gatewayAws));
      },
      // What AWS refuses is a Refusal already, and what the network does the worker explains.
      explain(error) {
        throw error;
      },
      describes: {
        validate_connection: 'Assumes the role where one is given, asks AWS who signs, and asks the service.',
        validate_identity: 'Asks AWS who signs, and warns of a root key and of a role that can be assumed without the external id.',
        validate_permissions: 'Tries each action that the jobs need, by requests that change nothing.',
        validate_permission_parity: 'Tries the same actions as the identity in use: lists those that it may do and the new one may not.',
        ...definition.describes,
      },
    }),
  });
}
