import { z } from 'zod';
import { secret } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret } from '../kits/fields.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { optionalName } from '../kits/login-fields.ts';
import { says } from '../kits/problems.ts';

const AUTH_TEST = { path: '/api/auth.test', method: 'POST', body: new URLSearchParams() } as const;

/** Slack refuses with status 200: whether it has, the answer says. */
const SIGNED_IN = z.object({
  ok: z.literal(true),
  team: z.string().nullish(),
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().nullish(),
});

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'Slack refused the token.',
  'Check apiToken, and that its app is installed and neither it nor its user was removed.',
);

/** https://docs.slack.dev/reference/methods/auth.test */
export default defineHttpConnector({
  kind: 'slack',
  title: 'Slack',
  category: 'notification',
  fields: {
    apiToken: secret(headerSecret(), { title: 'API token', description: 'Token of an app or a bot that may post.' }),
    channelName: optionalName('Channel', 'Channel that is posted to.', 80),
    teamName: optionalName('Team', 'Workspace, as older set-ups name it.'),
    apiUrl: vendorUrl('https://slack.com'),
  },
  speaks: 'the Web API',
  leastPrivileges: ['Give the app the scope chat:write, and invite it to the channel.'],
  tested: { against: 'fake', what: 'a fake of that API', client: '@slack/web-api' },
  baseUrl: ({ apiUrl = 'https://slack.com' }) => apiUrl,
  auth: ({ apiToken }) => ({ bearer: apiToken }),
  probe: { ...AUTH_TEST, answer: SIGNED_IN },
  identity: { ...AUTH_TEST, answer: SIGNED_IN },
  refusals: {
    invalid_auth: REFUSED,
    not_authed: REFUSED,
    account_inactive: REFUSED,
    token_revoked: REFUSED,
    token_expired: says('CREDENTIALS_REJECTED', 'The token has expired.', 'Give a token that is valid, or one that does not expire.'),
    org_login_required: 'ACCESS_DENIED',
    ekm_access_denied: 'ACCESS_DENIED',
    access_denied: 'ACCESS_DENIED',
    missing_scope: 'PERMISSION_MISSING',
    ratelimited: 'RATE_LIMITED',
    internal_error: 'PROVIDER_DOWN',
    service_unavailable: 'PROVIDER_DOWN',
  },
  describes: { validate_connection: 'Asks who the token is, which posts nothing.' },
});
