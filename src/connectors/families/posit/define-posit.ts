import type { Details } from '../../../domain/connection/details/details.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import type { ValidatorInput } from '../../../domain/connector/validator.ts';
import { configOf } from '../../../domain/posit/config-details.ts';
import { missingRefreshScope, type PositTemplate } from '../../../domain/posit/template.ts';
import { findTemplate, kindOfTemplate } from '../../../domain/posit/templates.ts';
import { entraMeaning } from '../../kits/azure/entra.ts';
import { defineHttpConnector } from '../../kits/define-http-connector.ts';
import type { HttpFailure } from '../../kits/http/http-session.ts';
import { type Meaning, NotChecked, problem, says } from '../../kits/problems.ts';
import type { Finding } from '../../kits/usual-validators.ts';
import { identifyAccount, roleIn } from './account-role.ts';
import { positFields } from './posit-fields.ts';
import { positRules } from './posit-rules.ts';
import { proveClient } from './prove-client.ts';
import { tokenUrlOf } from './token-request.ts';

/** The kind of connections that a template of Posit Connect makes. All that it says of itself is the template's. */
export function definePositKind(id: string): Connector {
  const template = findTemplate(id);
  if (template === null) throw new TypeError(`Posit has no template "${id}".`);
  return defineHttpConnector({
    kind: kindOfTemplate(template),
    title: `${template.name} for Posit Connect`,
    called: template.login === null ? template.name : 'The identity provider',
    category: 'other',
    fields: positFields(template),
    rules: positRules(template),
    speaks: template.login === null ? 'nothing: there is no secret that could be shown' : 'OAuth 2.0',
    leastPrivileges: ['Let the client ask for the scopes alone that the content needs.'],
    tested: {
      against: 'fake',
      what: template.roleKey === null ? 'a fake of its token endpoint' : 'fakes of its token endpoint and of STS',
      client: null,
    },
    // Its own token endpoint is asked, and nothing else.
    baseUrl: (details) => tokenUrlOf(template, details) ?? 'https://nowhere.invalid',
    probe: (_session, input) => prove(template, input),
    ...(template.roleKey === null
      ? {}
      : {
          gatewayRole: (details: Details) => roleIn(template, details),
          identity: (_session: unknown, { credentials: details, egress, gatewayAws }: ValidatorInput<Details>) =>
            identifyAccount({ template, details, egress, gatewayAws }),
        }),
    explain: (failure) => meaningOf(template, failure),
    describes: { validate_connection: describe(template) },
  });
}

/** With a warning of what works, and logs users out again and again. It is given where the secret could not be proven, too. */
async function prove(template: PositTemplate, { credentials: details, egress, gatewayAws }: ValidatorInput<Details>): Promise<Finding> {
  const missing = missingRefreshScope(template, configOf(template, details));
  const warnings =
    missing === null
      ? []
      : [
          problem(
            'PERMISSION_MISSING',
            'scopes ask for no refresh token',
            'Users are logged out whenever an access token ends, since scopes do not ask for a refresh token.',
            `Add ${missing} to scopes.`,
          ),
        ];
  try {
    const found = await proveClient({ template, details, egress, gatewayAws });
    return { ...found, warnings: [...(found.warnings ?? []), ...warnings] };
  } catch (error) {
    if (!(error instanceof NotChecked)) throw error;
    return { warnings: [error.problem, ...warnings] };
  }
}

function describe({ login, roleKey }: PositTemplate): string {
  if (roleKey !== null)
    return "Assumes the role of a service account as the gateway's own identity; of a client that signs users in, asks the token endpoint whether it knows id and secret.";
  if (login === null) return 'Has nothing to prove: the template has no secret.';
  return login.probe === 'client'
    ? 'Asks the token endpoint for a token of the client itself.'
    : 'Asks the token endpoint for a token of a service account; of a client that signs users in, whether it knows id and secret.';
}

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'The identity provider refused client id and secret.',
  'Check both, and that the secret is not expired.',
);

const BY_CODE: Readonly<Record<string, Meaning>> = {
  invalid_client: REFUSED,
  invalid_client_id: REFUSED,
  incorrect_client_credentials: REFUSED,
  invalid_scope: says('PERMISSION_MISSING', 'The client may not ask for these scopes.', 'Correct scopes, or allow them to the client.'),
  unauthorized_client: says(
    'ACCESS_DENIED',
    'The client is known and may not ask for a token of its own.',
    'Allow it the grant client_credentials.',
  ),
};

/** A template that always asks for the client itself is Entra's. A server that is not working says nothing about the client. */
function meaningOf({ login }: PositTemplate, failure: HttpFailure): Meaning | null {
  if (failure.status >= 500 || failure.status === 429) return null;
  const own = login?.probe === 'client' ? entraMeaning(failure) : null;
  return own ?? (Object.hasOwn(BY_CODE, failure.code) ? (BY_CODE[failure.code] ?? null) : null);
}
