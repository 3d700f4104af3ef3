import { startFakeDatadog, startFakeNewRelic, startFakePagerDuty, startFakeSlack } from '../../support/fakes/fake-alerting.ts';
import { authorityFile, refused, type SdkCase } from './ask-sdk.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const OTHER_KEY = 'fedcba9876543210fedcba9876543210';

const slack: SdkCase = {
  sdk: '@slack/web-api',
  from: 'npm',
  ask: 'slack',
  kinds: ['slack'],
  async start() {
    const { url, close } = await startFakeSlack({ 'xoxb-good': 'good', 'xoxb-old': 'token_expired' });
    const login = (token: string) => ({ url, token });
    return { close, logins: { token: login('xoxb-good'), expired: login('xoxb-old'), unknown: login('xoxb-other') } };
  },
  outcomes: {
    token: { who: ['T01', 'U01'] },
    expired: refused(/An API error occurred: token_expired/),
    unknown: refused(/An API error occurred: invalid_auth/),
  },
};

const datadog: SdkCase = {
  sdk: '@datadog/datadog-api-client',
  from: 'npm',
  ask: 'datadog',
  kinds: ['datadog'],
  async start() {
    const { url, close } = await startFakeDatadog(KEY);
    return { close, logins: { key: { url, key: KEY }, otherKey: { url, key: OTHER_KEY } } };
  },
  outcomes: { key: { who: true }, otherKey: refused(/HTTP-Code: 403/) },
};

const pagerDuty: SdkCase = {
  sdk: '@pagerduty/pdjs',
  from: 'npm',
  ask: 'pagerDuty',
  kinds: ['pager-duty'],
  async start() {
    const { port, close } = await startFakePagerDuty(KEY, { tls: true });
    const server = `localhost:${port}`;
    return { close, logins: { key: { server, key: KEY }, otherKey: { server, key: OTHER_KEY } } };
  },
  // It hands on what the service says, and throws for nothing but the network.
  outcomes: { key: { who: [202, 'Event processed'] }, otherKey: { who: [400, 'Event object is invalid'] } },
};

const newRelic: SdkCase = {
  sdk: 'newrelic-telemetry-sdk',
  ask: 'new_relic',
  kinds: ['new-relic'],
  async start() {
    const { port, close } = await startFakeNewRelic({ licenseKey: KEY, readToken: OTHER_KEY }, { tls: true });
    const login = (license_key: string) => ({ port, authority: authorityFile(), license_key });
    return { close, logins: { key: login(KEY), otherKey: login(OTHER_KEY) } };
  },
  outcomes: { key: { who: [202, true] }, otherKey: refused(/^HTTPError: \(403, /) },
};

/** Those of Opsgenie and Splunk On-Call know nothing of the keys that are checked here. */
export const alerting: readonly SdkCase[] = [slack, datadog, pagerDuty, newRelic];
