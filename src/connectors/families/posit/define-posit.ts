import type { Connector } from '../../../domain/connector/connector.ts';
import type { PositTemplate } from '../../../domain/posit/template.ts';
import { findTemplate, kindOfTemplate } from '../../../domain/posit/templates.ts';
import { entraMeaning } from '../../kits/azure/entra.ts';
import { defineHttpConnector } from '../../kits/define-http-connector.ts';
import type { HttpFailure } from '../../kits/http/http-session.ts';
import { type Meaning, says } from '../../kits/problems.ts';
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
    tested: { against: 'fake', what: 'a fake of its token endpoint', client: null },
    // Its own token endpoint is asked, and nothing else.
    baseUrl: (details) => tokenUrlOf(template, details) ?? 'https://nowhere.invalid',
    probe: (_session, { credentials, egress }) => proveClient({ template, details: credentials, egress }),
    explain: (failure) => meaningOf(template, failure),
    describes: { validate_connection: describe(template) },
  });
}

function describe({ login }: PositTemplate): string {
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
