import type { Page, Request } from 'playwright-core';
import { EXAMPLES } from '../../src/explorer/workbench/examples/examples.ts';

/** Everything that a page did which it should not have, as it happens. */
export interface Watch {
  readonly origins: ReadonlySet<string>;
  readonly urls: readonly string[];
  readonly complaints: readonly string[];
}

/** Watches a page from before its first document on. */
export async function watch(page: Page): Promise<Watch> {
  const origins = new Set<string>();
  const urls: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request: Request) => {
    urls.push(request.url());
    // Workers of the editor and images are made of what is loaded already.
    if (!/^(blob|data):/.test(request.url())) origins.add(new URL(request.url()).origin);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  await page.exposeFunction('reportViolation', (text: string) => complaints.push(`violation: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      // The function is put there by the line above this script's.
      (window as unknown as { reportViolation(text: string): void }).reportViolation(`${violatedDirective} ${blockedURI}`);
    });
  });
  return { origins, urls, complaints };
}

/** Signs in as a keyboard does: the field has the focus when the page is there. */
export async function signIn(page: Page, url: string, token: string): Promise<void> {
  await page.goto(`${url}/explorer/`);
  await page.getByLabel('API token').waitFor();
  await page.keyboard.insertText(token);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.getByRole('button', { name: 'Find the connection' }).waitFor();
}

/** Opens a ready example, gives it its variables and headers, runs it, and resolves to the answer that came over the wire. */
export async function runExample(page: Page, title: string, variables?: object, headers?: object): Promise<Answer> {
  await page.getByRole('button', { name: title, exact: true }).click();
  if (variables !== undefined) await fill(page, 'Variables', JSON.stringify(variables));
  if (headers !== undefined) await fill(page, 'Headers', JSON.stringify(headers));
  const [response] = await Promise.all([
    page.waitForResponse((candidate) => new RegExp(` ${operationOf(title)}\\b`).test(candidate.request().postData() ?? '')),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  return (await response.json()) as Answer;
}

function operationOf(title: string): string {
  const found = EXAMPLES.flatMap(({ examples }) => examples).find((example) => example.title === title);
  if (found === undefined) throw new Error(`no example ${title}`);
  return found.operation;
}

export interface Answer {
  // Tests read answers of documents that they chose themselves.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's.
  readonly data: any;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** Replaces the text of one of the two panes below the query. */
async function fill(page: Page, pane: 'Variables' | 'Headers', text: string): Promise<void> {
  await page.getByRole('button', { name: pane, exact: true }).click();
  await page.getByRole('region', { name: pane }).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}
