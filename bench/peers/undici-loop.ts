import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

/**
 * `node undici-loop.ts URLS CONCURRENCY`: what a bare loop over a list reaches: no queue, no retries, nothing on disk.
 * Reads every body as text, keeps the statuses, prints { wallMs, cpuMs, ok, failed } as JSON.
 */
const [file = '', concurrencyText = '100'] = process.argv.slice(2);
const urls = readFileSync(file, 'utf8').trim().split('\n');
const concurrency = Number(concurrencyText);
const dispatcher = new Agent({ connections: concurrency });
const statuses: number[] = [];
let failed = 0;
let next = 0;

const loop = async (): Promise<void> => {
  for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
    try {
      const { statusCode, body } = await request(url, { dispatcher });
      await body.text();
      statuses.push(statusCode);
    } catch {
      failed += 1;
    }
  }
};

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await Promise.all(Array.from({ length: concurrency }, loop));
const wallMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
const ok = statuses.filter((status) => status === 200).length;
process.stdout.write(
  `${JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, ok, failed: failed + statuses.length - ok })}\n`,
);
await dispatcher.close();
