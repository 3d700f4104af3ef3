import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { isLoopback } from '../kits/fields.ts';
import { reachHost } from '../kits/http/reach-host.ts';
import { ofOneOrigin, secretUrlFields } from '../kits/http/secret-url.ts';
import { problem } from '../kits/problems.ts';

/** An incoming webhook, or a workflow that starts when it is posted to. */
export default defineHttpConnector({
  kind: 'microsoft-teams',
  title: 'Microsoft Teams',
  category: 'notification',
  fields: secretUrlFields(({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)), {
    url: 'URL of the workflow or connector of a channel. Whoever knows it may post.',
    mustBe: 'must be an https URL',
  }),
  rules: [ofOneOrigin],
  speaks: 'HTTP, one POST a message',
  leastPrivileges: ['Make a workflow of its own for this use, which posts to one channel.'],
  tested: { against: 'fake', what: 'a listener that fails the test when it is posted to', client: null },
  baseUrl: ({ url }) => url,
  async probe(_, { egress, credentials: { url } }) {
    // Anything that is posted starts the flow, so nothing is.
    const { warnings = [] } = await reachHost(egress, url, 'Microsoft Teams has no call that checks a URL without posting.');
    return { warnings: /(^|\.)webhook\.office\.com$/i.test(new URL(url).hostname) ? [RETIRED, ...warnings] : warnings };
  },
  describes: { validate_connection: 'Reaches the host and checks its certificate; posts nothing.' },
});

const RETIRED = problem(
  'NOT_PROTECTED',
  'the URL is one of an Office 365 connector',
  'Microsoft has retired these connectors: messages to this URL arrive no more, or soon will not.',
  'Make a workflow for the channel, and give its URL.',
);
