import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { signIn } from './explorer-page.ts';
import { openBrowser } from './open-browser.ts';

const METHODS = ['POST', 'GET'];
const TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const PATHS = ['/graphql', '/explorer/session'];
const MUTATION = 'mutation { createToken(name: "stolen", roles: [owner]) { secret } }';

let gateway: TestGateway;
let evil: Server;
let port: number;

beforeAll(async () => {
  gateway = await startGateway();
  evil = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(attack(gateway.url)));
  await new Promise<void>((resolve) => evil.listen(0, resolve));
  port = (evil.address() as AddressInfo).port;
}, 120_000);

afterAll(async () => {
  evil?.close();
  await gateway?.close();
});

/** Sends every form that a page can, each into a frame of its own; one way to write JSON with a form is a name that ends in the middle of a string. */
function attack(target: string): string {
  const json = JSON.stringify({ query: MUTATION, padding: '' });
  const [name = '', value = ''] = [json.slice(0, -2), json.slice(-2)];
  const forms = PATHS.flatMap((path) => METHODS.flatMap((method) => TYPES.map((type) => ({ path, method, type }))));
  const field = (key: string, text: string) => `<input type="hidden" name="${escaped(key)}" value="${escaped(text)}">`;
  return `<!doctype html><title>another site</title>${forms
    .map(
      ({ path, method, type }, index) =>
        `<iframe name="f${index}"></iframe><form target="f${index}" action="${target}${path}" method="${method}" enctype="${type}">${
          type === 'text/plain' ? field(name, value) : field('query', MUTATION)
        }</form>`,
    )
    .join('')}<script>for (const form of document.forms) form.submit();</script>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

// Another port of the same host is another origin of the same site: there the browser sends the session's cookie along, and it is the
// cookie that is refused (403) instead of its absence (401).
test.each([
  ['another port of the same host', '127.0.0.1', { '/graphql 403': 6, '/explorer/session 403': 6 }],
  ['another host', 'localhost', { '/graphql 401': 6, '/explorer/session 403': 6 }],
])(
  '12 forms on %s change nothing (T11)',
  async (_, host, expected) => {
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      await signIn(page, gateway.url, gateway.owner.secret);
      const [before, countedBefore] = [await state(), await refusals()];
      const attacker = await browser.context.newPage();
      await attacker.goto(`http://${host}:${port}/`);
      const refused = async () => difference(await refusals(), countedBefore);
      await expect.poll(refused, { timeout: 15_000 }).toEqual(expected);
      await page.reload();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      expect({ refused: await refused(), after: await state() }).toEqual({ refused: expected, after: before });
    } finally {
      await browser.close();
      browser.forget();
    }
  },
  90_000,
);

/** Tokens, and the audit rows of what was changed, as the gateway knows them. */
async function state(): Promise<unknown> {
  const { data } = await gateway.graphql('{ tokens { id name } auditLog(first: 100) { edges { node { action entityId } } } }');
  return data;
}

/** How many requests the gateway has refused, by route and status. */
async function refusals(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const counts = [...text.matchAll(/^changeover_http_requests_total\{route="([^"]+)",status="(4\d\d)"\} (\d+)$/gm)];
  return Object.fromEntries(counts.map(([, route, status, count]) => [`${route} ${status}`, Number(count)]));
}

function difference(after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after)
      .map(([key, count]) => [key, count - (before[key] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
