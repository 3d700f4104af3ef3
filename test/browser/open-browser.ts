import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** A Chromium with a profile of its own, which nothing else uses and which can be searched after the browser has ended. */
export interface TestBrowser {
  readonly context: BrowserContext;
  readonly profile: string;
  /** Ends the browser; the profile stays until `forget`. */
  close(): Promise<void>;
  forget(): void;
}

const PROGRAMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Throws where there is no Chromium: a suite that can't run has failed. */
export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = [process.env.CHANGEOVER_TEST_CHROMIUM ?? '', ...PROGRAMS].find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined)
    throw new Error('No Chromium was found: install it (apt-get install chromium), or name it in CHANGEOVER_TEST_CHROMIUM.');
  const profile = mkdtempSync(join(tmpdir(), 'changeover-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGUMENTS,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
  });
  return {
    context,
    profile,
    close: () => context.close(),
    forget: () => rmSync(profile, { recursive: true, force: true }),
  };
}
