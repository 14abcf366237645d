import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { afterwards, brief, cleanUp, fetcherWith } from '../../support/fetch-world.ts';
import { hostileAuthority } from '../../support/hostile-web/start-hostile-web.ts';
import { hasOpenssl, startOpenssl } from '../../support/openssl-server.ts';

afterEach(cleanUp);

const weak = ['-cipher', 'ALL:@SECLEVEL=0'];
const hosts: [string, string[], string][] = [
  ['TLS 1.1 only', ['-tls1_1', ...weak], 'tls-version'],
  ['TLS 1.0 only', ['-tls1', ...weak], 'tls-version'],
  ['a certificate of the client, in TLS 1.3', ['-Verify', '1', '-tls1_3'], 'client-certificate-wanted'],
  ['a certificate of the client, in TLS 1.2', ['-Verify', '1', '-tls1_2'], 'tls-handshake'],
  ['a cipher that nobody uses', ['-tls1_2', '-cipher', 'AES128-SHA@SECLEVEL=0'], 'tls-handshake'],
];

const leadsHere: LookupFunction = (_name, { all }, callback) =>
  queueMicrotask(() => (all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)));

describe.skipIf(!hasOpenssl)('a host that wants (skipped where there is no openssl)', () => {
  it.each(hosts)('%s is refused, with a reason', async (_, args, reason) => {
    const { port, close } = await startOpenssl(['-www', ...args]);
    afterwards(close);
    const { fetchPage } = fetcherWith({ ca: hostileAuthority, dns: { lookup: leadsHere } });
    const outcome = await fetchPage(`https://www.hostile.test:${port}/`);
    expect(brief(outcome)).toEqual({ kind: 'unreachable', stage: 'tls', reason, temporary: false });
  });
});
