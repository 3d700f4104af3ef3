import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { startPostgres, type TestPostgres } from '../support/servers/embedded-postgres.ts';
import { faintTexts, namelessControls } from './appearance.ts';
import { runExample, signIn, type Watch, watch } from './explorer-page.ts';
import { secretsInFolder, secretsInPage } from './find-secrets.ts';
import { openBrowser, type TestBrowser } from './open-browser.ts';

const OLD = 'winter-2025-CNRY0123456789abcdef';
const NEW = 'spring-2026-CNRYfedcba9876543210';
const WRONG = 'sprung-2026-CNRY00112233445566';

let postgres: TestPostgres;
let gateway: TestGateway;
let browser: TestBrowser;
let page: Page;
let watched: Watch;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('explorer_sales');
  await postgres.query(
    `create table orders (id int primary key); create role explorer_old login password '${OLD}'; grant select on orders to explorer_old;
     create role explorer_new login password '${NEW}'; grant select on orders to explorer_new`,
    'explorer_sales',
  );
  gateway = await startGateway();
  browser = await openBrowser();
  page = await browser.context.newPage();
  watched = await watch(page);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  browser?.forget();
  await gateway?.close();
  await postgres?.close();
});

/** Keeps a picture for whoever wants to look: CHANGEOVER_TEST_SCREENSHOTS names a folder. */
async function picture(name: string): Promise<void> {
  const folder = process.env.CHANGEOVER_TEST_SCREENSHOTS;
  if (folder !== undefined && folder !== '') await page.screenshot({ path: join(folder, `${name}.png`) });
}

describe('signing in', () => {
  test('needs only a keyboard, and says what it asks for', async () => {
    await page.goto(`${gateway.url}/explorer/`);
    await page.getByLabel('API token').waitFor();
    const field = await page.getByLabel('API token').evaluate((input: HTMLInputElement) => ({
      type: input.type,
      autocomplete: input.autocomplete,
      focused: document.activeElement === input,
    }));
    const snapshot = await page.locator('main').ariaSnapshot();
    const faint = await faintTexts(page, 'h1, label, #token-help, button');
    await picture('sign-in');
    await page.keyboard.insertText(gateway.owner.secret);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect({ field, snapshot, faint }).toEqual({
      field: { type: 'password', autocomplete: 'off', focused: true },
      snapshot: expect.stringMatching(/heading "Changeover API explorer" \[level=1\][\s\S]*textbox "API token"[\s\S]*button "Sign in"/),
      faint: [],
    });
  });

  test('gives a cookie that no script reads and no other site sends, and leaves the token nowhere', async () => {
    const cookies = await browser.context.cookies();
    const [{ httpOnly, sameSite, path, expires, value } = { httpOnly: false, sameSite: '', path: '', expires: 0, value: '' }] = cookies;
    expect({
      count: cookies.length,
      flags: { httpOnly, sameSite, path },
      ends: expires > 0,
      isToken: value.includes(gateway.owner.secret),
      found: await secretsInPage(page, [gateway.owner.secret, value]),
    }).toEqual({ count: 1, flags: { httpOnly: true, sameSite: 'Strict', path: '/' }, ends: true, isToken: false, found: [] });
  });
});

test('no example can be opened before the editor that it would be lost in is there', async () => {
  const other = await browser.context.newPage();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await other.route(/monaco-editor-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await other.goto(`${gateway.url}/explorer/`);
  const example = other.getByRole('button', { name: 'See what can be tested' });
  await example.waitFor();
  const early = await example.isDisabled();
  release();
  const answer = await runExample(other, 'See what can be tested');
  await other.close();
  expect({ early, errors: answer.errors }).toEqual({ early: true, errors: undefined });
});

describe('the lead API flow from the ready examples', () => {
  const details = () => ({
    dbType: 'postgres',
    host: postgres.host,
    port: postgres.port,
    dbName: 'explorer_sales',
    user: 'explorer_old',
    password: OLD,
  });
  let connectionId: string;
  let key: string;

  test('adds a connection to a real PostgreSQL server', async () => {
    const tested = await runExample(page, 'Test its details', { details: details() });
    const staged = await runExample(page, 'Stage them', { details: details() });
    const added = await runExample(page, 'Add it', { key: staged.data.testTransactionalDbCredentials.key, name: 'Sales' });
    connectionId = added.data.addConnection.connection.uuid;
    const found = await runExample(page, 'Find the connection');
    await picture('list');
    expect({
      tested: tested.data.testTransactionalDbCredentials.validationResult.success,
      added: added.data.addConnection.connection.name,
      found: found.data.getPlatformServices[0].connections.map(({ uuid, name }: { uuid: string; name: string }) => ({ uuid, name })),
    }).toEqual({ tested: true, added: 'Sales', found: [{ uuid: connectionId, name: 'Sales' }] });
  });

  test('shows why a wrong password is refused, and does not save it', async () => {
    const staged = await runExample(page, 'Stage the new login', { connectionId, changes: { user: 'explorer_new', password: WRONG } });
    key = staged.data.updateTransactionalDbCredentialsV2.result.key;
    const tested = await runExample(page, 'Test the new login', { connectionType: 'postgres', key, validationName: 'validate_connection' });
    await page.getByRole('region', { name: 'Result Window' }).getByText('CREDENTIALS_REJECTED').waitFor();
    await picture('refused');
    const saved = await runExample(page, 'Save it', { connectionId, key });
    await page.getByRole('region', { name: 'Result Window' }).getByText('VALIDATION_FAILED').waitFor();
    expect({
      tested: tested.data.testUpdatedCredentialsV2.validationResult.errors.map(({ code }: { code: string }) => code),
      saved: saved.errors?.map(({ extensions }) => extensions.code),
    }).toEqual({ tested: ['CREDENTIALS_REJECTED'], saved: ['VALIDATION_FAILED'] });
  });

  test('tests and saves the right one, and keeps the old version for running jobs', async () => {
    const staged = await runExample(page, 'Stage the new login', { connectionId, changes: { user: 'explorer_new', password: NEW } });
    key = staged.data.updateTransactionalDbCredentialsV2.result.key;
    const tested = await runExample(page, 'Test the new login', { connectionType: 'postgres', key, validationName: 'validate_connection' });
    const saved = await runExample(page, 'Save it', { connectionId, key });
    const listed = await runExample(page, 'List connections');
    await picture('saved');
    expect({
      tested: tested.data.testUpdatedCredentialsV2.validationResult.success,
      saved: saved.data.updateCredentialsV2.version,
      versions: listed.data.connections.edges[0].node.versions.map(
        ({ version, label }: { version: number; label: string }) => `${version} ${label}`,
      ),
    }).toEqual({ tested: true, saved: 2, versions: ['2 CURRENT', '1 PREVIOUS'] });
  });

  test('every other read-only example runs as it stands', async () => {
    const validations = await runExample(page, 'See what can be tested');
    const audit = await runExample(page, 'Read the audit log');
    expect({ validations: validations.errors, audit: audit.errors }).toEqual({ validations: undefined, audit: undefined });
  });

  test('left no secret in the page, its address or its storage, asked no other origin, and broke no rule', async () => {
    const secrets = [gateway.owner.secret, OLD, NEW, WRONG];
    expect({
      found: await secretsInPage(page, secrets),
      inUrls: watched.urls.filter((url) => secrets.some((secret) => decodeURIComponent(url).includes(secret))),
      origins: [...watched.origins],
      complaints: watched.complaints,
    }).toEqual({ found: [], inUrls: [], origins: [gateway.url], complaints: [] });
  });
});

describe('the page', () => {
  const texts =
    '.bar h1, .bar p, .bar button, .examples h2, .examples h3, .examples button, .examples p, .graphiql-tab-button, section[aria-label="Operation Editor"] .view-line span span, section[aria-label="Result Window"] .view-line span span';

  test('names every control to a screen reader', async () => {
    expect(await namelessControls(page)).toEqual([]);
  });

  test.each(['light', 'dark', 'light'] as const)('can be read when the system turns %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      (dark) => document.querySelector('.monaco-editor')?.classList.contains('vs-dark') === dark,
      colorScheme === 'dark',
    );
    await picture(colorScheme);
    expect(await faintTexts(page, texts)).toEqual([]);
  });

  test('fits a narrow window', async () => {
    await page.setViewportSize({ width: 900, height: 700 });
    await picture('narrow');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(wide).toBe(false);
  });
});

describe('signing out', () => {
  test('ends the session: a copy of its cookie is worth nothing, and the page forgets what was typed', async () => {
    const [cookie] = await browser.context.cookies();
    const asBefore = { cookie: `${cookie?.name}=${cookie?.value}`, 'x-changeover-csrf': '1', 'content-type': 'application/json' };
    const ask = async () =>
      (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers: asBefore, body: JSON.stringify({ query: '{ __typename }' }) }))
        .status;
    const before = await ask();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API token').waitFor();
    const html = await page.content();
    expect({
      status: [before, await ask()],
      cookies: await browser.context.cookies(),
      typed: [OLD, NEW, WRONG].filter((secret) => html.includes(secret)),
    }).toEqual({ status: [200, 401], cookies: [], typed: [] });
  });

  test('leaves room for another try after a token that is refused', async () => {
    await page.keyboard.insertText('chg_pat_not-a-token');
    await page.keyboard.press('Enter');
    await page.getByText('The gateway does not accept this token.').waitFor();
    await picture('wrong-token');
    const focused = await page.getByLabel('API token').evaluate((field) => field === document.activeElement);
    await signIn(page, gateway.url, gateway.owner.secret);
    expect(focused).toBe(true);
  });

  test('the browser wrote neither the token nor a password to its profile', async () => {
    await browser.close();
    expect(secretsInFolder(browser.profile, [gateway.owner.secret, OLD, NEW, WRONG])).toEqual([]);
  });
});
