import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where in the page a secret stands, apart from the editor's two panes below the query, which show what their user typed. */
export async function secretsInPage(page: Page, secrets: readonly string[]): Promise<readonly string[]> {
  const texts = await page.evaluate(async () => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const pane of copy.querySelectorAll('section[aria-label="Variables"], section[aria-label="Headers"]')) pane.remove();
    const databases = await indexedDB.databases();
    const values = [...document.querySelectorAll('input, textarea')]
      .filter((field) => field.closest('section[aria-label="Variables"], section[aria-label="Headers"]') === null)
      .map((field) => (field as HTMLInputElement).value);
    return {
      dom: copy.outerHTML,
      fields: values.join('\n'),
      url: location.href,
      title: document.title,
      history: JSON.stringify(history.state),
      cookie: document.cookie,
      localStorage: JSON.stringify({ ...localStorage }),
      sessionStorage: JSON.stringify({ ...sessionStorage }),
      databases: JSON.stringify(databases),
      caches: JSON.stringify(await caches.keys()),
      resources: performance
        .getEntries()
        .map(({ name }) => name)
        .join('\n'),
    };
  });
  return Object.entries(texts).flatMap(([place, text]) => (secrets.some((secret) => text.includes(secret)) ? [place] : []));
}

/** Files of a browser's profile that hold a secret, as it is or in UTF-16. */
export function secretsInFolder(folder: string, secrets: readonly string[]): readonly string[] {
  const needles = secrets.flatMap((secret) => [Buffer.from(secret), Buffer.from(secret, 'utf16le')]);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    const content = readFileSync(path);
    return needles.some((needle) => content.includes(needle));
  });
}
