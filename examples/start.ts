import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { exampleList } from '../test/support/pretend-web/example-urls.ts';

/**
 * `npm start`: crawls 2,000 lines of twenty pretend shops, all of them on this machine, and proves that every line has its
 * outcome. Ends with the exit code of the crawl.
 */
const pathOf = (fromRoot: string): string => fileURLToPath(new URL(`../${fromRoot}`, import.meta.url));
const dataDir = pathOf('.trawl');

/** The shops listen as a process of their own, which a Ctrl-C must not end before the crawl has stopped. */
const startShops = async (): Promise<{ shops: ChildProcess; port: number }> => {
  const shops = spawn(process.execPath, [pathOf('test/support/pretend-web/main.ts'), '--no-arrivals'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (shops.stdout === null) throw new Error('the pretend web has no stdout');
  const lines = createInterface({ input: shops.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(shops, 'exit')])) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { shops, port };
};

/** Runs `trawl` in the terminal as if it had been typed, and gives its exit code. */
const trawl = async (...args: string[]): Promise<number> => {
  process.stdout.write(`\n$ npx trawl ${args.join(' ')}\n\n`);
  const child = spawn(process.execPath, [pathOf('apps/cli/bin/trawl.js'), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

// The terminal sends its Ctrl-C to the crawl too, which stops in order; what is asked of this process alone is passed on by
// the channel to its children that closes when it ends.
process.on('SIGINT', () => undefined);

const { shops, port } = await startShops();
const { text, inputLines } = exampleList(port);
const list = join(dataDir, 'example', 'urls.txt');
mkdirSync(join(dataDir, 'example'), { recursive: true });
writeFileSync(list, text);
process.stdout.write(`Twenty pretend shops listen on port ${port}; ${inputLines} lines to fetch are in ${list}\n`);

process.chdir(pathOf('.'));
const crawled = await trawl(
  'run',
  '.trawl/example/urls.txt',
  '--name',
  'example',
  '--workers',
  '2',
  '--backoff',
  '200ms',
  '--allow-private',
  '127.0.0.0/8',
);
const verified = crawled === 0 ? await trawl('verify', 'last') : crawled;
shops.disconnect();

if (verified === 0)
  process.stdout.write(`
Try next:
  npx trawl results last | head -n 3       the records
  npx trawl report last --json             the report for a program
  npx trawl run https://example.com/       a URL of yours; or a file with one on each line
  npx trawl help run                       politeness, retries, sinks and all the rest
`);
process.exit(verified);
