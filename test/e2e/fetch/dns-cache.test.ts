import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DnsCache } from '../../../apps/worker/src/fetch/dns-cache.ts';
import { dnsWorld } from '../../support/dns-world.ts';
import { afterwards, cleanUp } from '../../support/fetch-world.ts';

afterEach(cleanUp);

const one = (dns: DnsCache, name: string, family?: 4 | 6): Promise<[string, number | undefined]> =>
  new Promise((resolve, reject) => {
    dns.lookup(name, family === undefined ? {} : { family }, (error, address, found) =>
      error ? reject(error) : resolve([address as string, found]),
    );
  });

describe('the DNS cache', () => {
  it('gives IPv4 addresses before IPv6 addresses', async () => {
    const { addresses } = await dnsWorld({ 'shop.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::5'] } });
    expect(await addresses('shop.example')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::5']);
  });

  it('gives one address of the family that was asked for', async () => {
    const { dns } = await dnsWorld({ 'shop.example': { a: ['192.0.2.1'], aaaa: ['2001:db8::5'] } });
    expect(await one(dns, 'shop.example')).toEqual(['192.0.2.1', 4]);
    expect(await one(dns, 'shop.example', 6)).toEqual(['2001:db8::5', 6]);
  });

  it('asks once for a name, however many wait for it', async () => {
    const { server, addresses } = await dnsWorld({ 'shop.example': { a: ['192.0.2.1'] } });
    await Promise.all(Array.from({ length: 50 }, () => addresses('shop.example')));
    expect(server.queries.toSorted()).toEqual(['A shop.example', 'AAAA shop.example']);
  });

  it('reads a name without regard to case and a final dot', async () => {
    const { server, addresses } = await dnsWorld({ 'shop.example': { a: ['192.0.2.1'] } });
    await addresses('Shop.Example.');
    await addresses('shop.example');
    expect(server.queries).toHaveLength(2);
  });

  it.each([
    { ttl: 60, keptMs: 60_000 },
    { ttl: 0, keptMs: 1000 },
    { ttl: 86_400, keptMs: 600_000 },
    { ttl: 2 ** 31 - 1, keptMs: 600_000 },
    // RFC 2181 section 8: with the highest bit set, as 0.
    { ttl: 2 ** 31, keptMs: 1000 },
    { ttl: 2 ** 32 - 1, keptMs: 1000 },
  ])('keeps an answer with a TTL of $ttl s for $keptMs ms', async ({ ttl, keptMs }) => {
    const { server, clock, addresses } = await dnsWorld({ 'shop.example': { a: ['192.0.2.1'], ttl } });
    await addresses('shop.example');
    clock.ms = keptMs - 1;
    await addresses('shop.example');
    expect(server.queries).toHaveLength(2);
    clock.ms = keptMs;
    await addresses('shop.example');
    expect(server.queries).toHaveLength(4);
  });

  it('says that a name does not exist, and keeps that for 30 s', async () => {
    const { server, clock, addresses } = await dnsWorld();
    await expect(addresses('gone.example')).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'gone.example' });
    clock.ms = 29_999;
    await expect(addresses('gone.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(server.queries).toHaveLength(2);
    server.names['gone.example'] = { a: ['192.0.2.7'] };
    clock.ms = 30_000;
    expect(await addresses('gone.example')).toEqual(['192.0.2.7']);
  });

  it('says that a name without any address does not exist', async () => {
    const { addresses } = await dnsWorld({ 'empty.example': {} });
    await expect(addresses('empty.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('keeps a failure of the server for 1 s only', async () => {
    const { server, clock, addresses } = await dnsWorld({ 'shop.example': { error: 'servfail' } });
    await expect(addresses('shop.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    server.names['shop.example'] = { a: ['192.0.2.1'] };
    clock.ms = 999;
    await expect(addresses('shop.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    clock.ms = 1000;
    expect(await addresses('shop.example')).toEqual(['192.0.2.1']);
  });

  it('names a server that refuses and one that does not answer', async () => {
    const { addresses } = await dnsWorld(
      { 'a.example': { error: 'refused' }, 'b.example': { silent: ['A', 'AAAA'] } },
      { queryTimeoutMs: 50 },
    );
    await expect(addresses('a.example')).rejects.toMatchObject({ code: 'EREFUSED' });
    await expect(addresses('b.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  });

  it('does not wait for IPv6 once IPv4 has answered', async () => {
    const { addresses } = await dnsWorld(
      { 'shop.example': { a: ['192.0.2.1'], silent: ['AAAA'] } },
      { queryTimeoutMs: 60_000 },
    );
    expect(await addresses('shop.example')).toEqual(['192.0.2.1']);
  });

  it('forgets the name that was not used for longest', async () => {
    const names = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.example`, { a: ['192.0.2.1'] }]));
    const { server, addresses } = await dnsWorld(names, { mostNames: 2 });
    for (const name of ['a', 'b', 'a', 'c', 'a']) await addresses(`${name}.example`);
    expect(server.queries).toHaveLength(6);
    await addresses('b.example');
    expect(server.queries).toHaveLength(8);
  });

  it('answers for literals, localhost and *.invalid without asking', async () => {
    const { server, addresses } = await dnsWorld();
    expect(await addresses('192.0.2.9')).toEqual(['192.0.2.9']);
    expect(await addresses('::1')).toEqual(['::1']);
    expect(await addresses('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(await addresses('api.localhost')).toEqual(['127.0.0.1', '::1']);
    await expect(addresses('shop.invalid')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(server.queries).toEqual([]);
  });

  it('believes the hosts file, and sees that it changed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trawl-hosts-'));
    afterwards(() => rmSync(dir, { recursive: true }));
    const hostsFile = join(dir, 'hosts');
    writeFileSync(hostsFile, '# names\n192.0.2.1 shop.example Alias # here\n2001:db8::1\tshop.example\nnonsense x\n');
    const { server, clock, addresses } = await dnsWorld({}, { hostsFile });
    expect(await addresses('shop.example')).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(await addresses('alias')).toEqual(['192.0.2.1']);
    writeFileSync(hostsFile, '192.0.2.8 shop.example\n');
    utimesSync(hostsFile, 1, 1);
    clock.ms = 1000;
    expect(await addresses('shop.example')).toEqual(['192.0.2.8']);
    expect(server.queries).toEqual([]);
  });
});
