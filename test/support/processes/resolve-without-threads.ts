/**
 * Resolves names while every thread of the pool is busy: start it with UV_THREADPOOL_SIZE=1. argv: name server, a FIFO that
 * nobody writes to, how many names (`h0.example` ...), how many at once. Sends {found, threadsWereBusy} once all are resolved, and
 * {threadsAreFree} when somebody has written to the FIFO.
 */
import { lookup } from 'node:dns';
import { readFile } from 'node:fs';
import { createDnsCache } from '../../../apps/worker/src/fetch/dns-cache.ts';

const [server = '', fifo = '', count = '', atOnce = ''] = process.argv.slice(2);

let areFree = false;
readFile(fifo, () => undefined);
// It waits behind the file, as all that wants a thread does.
lookup('localhost', () => {
  areFree = true;
  process.send?.({ threadsAreFree: true });
});

const dns = createDnsCache({ now: () => performance.now(), servers: [server], hostsFile: '/nonexistent/hosts' });
const found = new Set<string>();
const resolve = (name: string): Promise<void> =>
  new Promise((done) => {
    dns.lookup(name, { all: true }, (error, addresses) => {
      if (error === null) found.add(JSON.stringify(addresses));
      done();
    });
  });

const left = Array.from({ length: Number(count) }, (_, i) => `h${i}.example`).values();
const work = async (): Promise<void> => {
  for (const name of left) await resolve(name);
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
process.send?.({ found: found.size, threadsWereBusy: !areFree });
process.on('disconnect', () => process.exit(0));
