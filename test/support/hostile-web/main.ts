import { parseArgs } from 'node:util';
import { startPretendDns } from '../pretend-dns.ts';
import { endlessBombs } from './endless-bombs.ts';
import type { HostileCase } from './hostile-case.ts';
import { hostileTable } from './hostile-table.ts';
import { bombingHost, drippingHost, goodHost, silentHost } from './lasting-hosts.ts';
import { hostileNames, startHostileWeb } from './start-hostile-web.ts';

/**
 * The hostile web as a process, with a name server for it: prints one line of JSON when it listens, a list of URLs of each kind and the
 * name server's address; ends on SIGTERM, or with the parent that spawned it with an IPC channel.
 */
const { values: flags } = parseArgs({
  options: {
    good: { type: 'string', default: '0' },
    'good-ms': { type: 'string', default: '100' },
    bad: { type: 'string', default: '0' },
    bombs: { type: 'string', default: '0' },
    'bomb-bytes': { type: 'string', default: '10e9' },
    table: { type: 'boolean', default: false },
  },
});
const times = <T>(n: string, make: (i: number) => T): T[] => Array.from({ length: Number(n) }, (_, i) => make(i));

const bombs = await endlessBombs();
const bombAt = (i: number): HostileCase =>
  bombingHost(i, bombs[i % bombs.length] as (typeof bombs)[number], Number(flags['bomb-bytes']));
const badAt = (i: number): HostileCase => [silentHost, drippingHost, bombAt][i % 3]?.(i) ?? silentHost(i);

const kinds = {
  good: times(flags.good, (i) => goodHost(i, Number(flags['good-ms']))),
  bad: times(flags.bad, badAt),
  bombs: times(flags.bombs, (i) => bombAt(1000 + i)),
  /** What a list of URLs can ask for. */
  table: flags.table ? hostileTable.filter(({ tls, overrides }) => !tls && !overrides) : [],
};
const all = Object.values(kinds).flat();
const web = await startHostileWeb(all);
const dns = await startPretendDns(hostileNames(all));
const urls = Object.fromEntries(
  Object.entries(kinds).map(([kind, cases]) => [kind, cases.map((hostileCase) => web.urlOf(hostileCase, 0))]),
);
process.stdout.write(`${JSON.stringify({ dns: dns.address, urls })}\n`);

const stop = (): void => process.exit(0);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
