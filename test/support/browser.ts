import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where this machine has a Chromium; undefined where it has none. TRAWL_TEST_CHROMIUM names another. */
export const chromiumPath = (): string | undefined => {
  const named = process.env['TRAWL_TEST_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
};

/** A browser without a window. Tests run as root in containers, where Chromium has no sandbox. */
export const startBrowser = async (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

export type Visitor = { context: BrowserContext; page: Page; complaints: string[] };

export type Look = { width: 390 | 1440; scheme?: 'light' | 'dark' };

/** Somebody with a browser of his own: a login, a screen, and what the console of the page complained about. */
export const visitorOf = async (
  browser: Browser,
  login: { username: string; password: string } | undefined,
  { width, scheme = 'light' }: Look = { width: 1440 },
): Promise<Visitor> => {
  const context = await browser.newContext({
    ...(login === undefined ? {} : { httpCredentials: login }),
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: scheme,
  });
  context.setDefaultTimeout(0); // the timeout of the test ends what hangs
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { context, page, complaints };
};

/** Where a person who looks at the tests wants their pictures. */
export const screenshotDirectory = process.env['TRAWL_TEST_SCREENSHOTS'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
