/** Adds 1 to the number in a file, `times` times, each under the lock; with `dies` it ends while it holds the lock. */
import { readFile, writeFile } from 'node:fs/promises';
import { withFileLock } from '@trawl/shared/platform/file-lock.ts';

const [lock = '', counter = '', times = '0', dies = ''] = process.argv.slice(2);
for (let i = 0; i < Number(times); i += 1)
  await withFileLock(lock, { waitMs: 60_000 }, async () => {
    const count = Number(await readFile(counter, 'utf8'));
    await writeFile(counter, String(count + 1));
    if (dies === 'dies') process.kill(process.pid, 'SIGKILL');
  });
