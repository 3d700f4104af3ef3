// Signs in to the stand-ins of services with their vendors' own SDKs, which lie beside it: what each login, a JSON list on standard input,
// comes to is printed, what was read or how it was refused.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const load = createRequire(import.meta.url);

const SDKS = {
  async slack({ url, token }) {
    const { WebClient } = load('@slack/web-api');
    const { team_id, user_id } = await new WebClient(token, { slackApiUrl: `${url}/api/`, retryConfig: { retries: 0 } }).auth.test();
    return [team_id, user_id];
  },
  async datadog({ url, key }) {
    const { client, v1 } = load('@datadog/datadog-api-client');
    const baseServer = new client.BaseServerConfiguration(url, {});
    const { valid } = await new v1.AuthenticationApi(
      client.createConfiguration({ baseServer, authMethods: { apiKeyAuth: key } }),
    ).validate();
    return valid;
  },
  async pagerDuty({ server, key }) {
    const { event } = load('@pagerduty/pdjs');
    const data = { routing_key: key, event_action: 'resolve', dedup_key: 'changeover-check' };
    const { status, data: answer } = await event({ server, data });
    return [status, answer.message];
  },
};

const [name] = process.argv.slice(2);
const outcomes = [];
for (const login of JSON.parse(await text(process.stdin))) {
  try {
    outcomes.push({ who: await SDKS[name](login) });
  } catch (error) {
    outcomes.push({ refused: `${error.name}: ${error.message}` });
  }
}
console.log(JSON.stringify(outcomes));
// A client that keeps its connections would keep the process, too.
process.exit();
