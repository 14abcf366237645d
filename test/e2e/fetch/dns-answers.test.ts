import { afterEach, describe, expect, it } from 'vitest';
import { dnsWorld } from '../../support/dns-world.ts';
import { afterwards, brief, cleanUp, fetcherWith, textOf } from '../../support/fetch-world.ts';
import type { DnsName } from '../../support/pretend-dns.ts';
import { response, startRawServer } from '../../support/raw-server.ts';

afterEach(cleanUp);

const fetching = async (name: DnsName | undefined, host = 'shop.example') => {
  const world = await dnsWorld(name ? { [host]: name } : {}, { queryTimeoutMs: 100 });
  const web = await startRawServer(({ socket }) => socket.write(response(200, {}, 'page')));
  afterwards(web.close);
  const { fetchPage } = fetcherWith({ dns: world.dns });
  return { ...world, web, fetchPage: () => fetchPage(web.url('/', host)) };
};

const flipped = (at: number, byte: number) => (query: Buffer) => {
  const bytes = Buffer.from(query);
  bytes[at] = byte;
  return bytes;
};

/** A head that says: one question, one answer; then whatever the record is to be. */
const answering = (record: number[]) => (query: Buffer) => {
  const end = query.indexOf(0, 12) + 5;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, Buffer.from(record)]);
};

describe('a name', () => {
  const nowhere = { reason: 'no-such-host', temporary: false };
  const later = (reason: string) => ({ reason, temporary: true });

  it.each<[string, DnsName | undefined, { reason: string; temporary: boolean }]>([
    ['that does not exist', undefined, nowhere],
    ['without an address', {}, nowhere],
    ['that is an alias of nothing', { cname: 'gone.example' }, nowhere],
    ['that is an alias of itself', { cname: 'shop.example' }, nowhere],
    ['that its server cannot find', { error: 'servfail' }, later('dns-failed')],
    ['that its server refuses', { error: 'refused' }, later('dns-refused')],
    ['that gets no answer', { silent: ['A', 'AAAA'] }, later('dns-timed-out')],
    ['that gets no answer for IPv4', { silent: ['A'] }, later('dns-timed-out')],
    ['that gets an empty datagram', { bytes: () => Buffer.alloc(0) }, later('dns-timed-out')],
    ['that gets half a head', { bytes: (query) => query.subarray(0, 7) }, later('dns-failed')],
    ["that gets another query's answer", { bytes: flipped(0, 0x55) }, later('dns-timed-out')],
    ['that gets a record that is cut off', { bytes: answering([0xc0, 0x0c, 0, 1, 0]) }, later('dns-failed')],
    [
      'that gets an address of three bytes',
      { bytes: answering([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 3, 127, 0, 0]) },
      later('dns-failed'),
    ],
    [
      'that gets a name that points at itself',
      { bytes: (query) => answering([0xc0, query.indexOf(0, 12) + 5, 0, 1, 0, 1, 0, 0, 0, 60, 0, 0])(query) },
      later('dns-failed'),
    ],
  ])('%s is unreachable', async (_, name, reason) => {
    const { fetchPage, web } = await fetching(name);
    expect(brief(await fetchPage())).toEqual({ kind: 'unreachable', stage: 'dns', ...reason });
    expect(web.connections()).toBe(0);
  });

  it.each(['.', '..', 'a..b', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`, 'a_b.-x-'])(
    'like %s, which no name server knows, is unreachable for good',
    async (host) => {
      const { fetchPage } = await fetching(undefined, host);
      expect(brief(await fetchPage())).toEqual({ kind: 'unreachable', stage: 'dns', ...nowhere });
    },
  );

  it('that is an alias leads to where the other leads, for no longer than the shorter time of both', async () => {
    const names: Record<string, DnsName> = {
      'www.example': { cname: 'cdn.example', ttl: 5 },
      'cdn.example': { a: ['192.0.2.1'], aaaa: ['2001:db8::1'], ttl: 500 },
    };
    const { addresses, clock, server } = await dnsWorld(names);
    expect(await addresses('www.example')).toEqual(['192.0.2.1', '2001:db8::1']);
    clock.ms = 4999;
    await addresses('www.example');
    expect(server.queries).toHaveLength(2);
    clock.ms = 5000;
    await addresses('www.example');
    expect(server.queries).toHaveLength(4);
  });

  it('is not led astray by aliases in a circle', async () => {
    const { addresses } = await dnsWorld({ 'a.example': { cname: 'b.example' }, 'b.example': { cname: 'a.example' } });
    await expect(addresses('a.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('takes no IPv4 address for an IPv6 address', async () => {
    const a = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1];
    const { dns, addresses } = await dnsWorld({ 'shop.example': { bytes: answering(a) } });
    expect(await addresses('shop.example')).toEqual(['127.0.0.1']);
    const ofIpv6 = new Promise((resolve) => dns.lookup('shop.example', { family: 6 }, resolve));
    expect(await ofIpv6).toMatchObject({ code: 'ENOTFOUND' });
  });

  it('whose answer does not fit into a datagram is asked for by TCP', async () => {
    const a = Array.from({ length: 100 }, (_, i) => `192.0.2.${i}`);
    const { server, addresses } = await dnsWorld({ 'shop.example': { a } });
    expect((await addresses('shop.example'))[0]).toBe('192.0.2.0');
    expect(server.tcpQueries()).toBe(1);
  });

  it('with a thousand addresses has 16 of each family', async () => {
    const a = Array.from({ length: 1000 }, (_, i) => `192.0.${i >> 8}.${i & 255}`);
    const aaaa = Array.from({ length: 1000 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`);
    const { addresses } = await dnsWorld({ 'shop.example': { a, aaaa } });
    expect(await addresses('shop.example')).toEqual([...a.slice(0, 16), ...aaaa.slice(0, 16)]);
  });

  it('that has an answer after all is fetched', async () => {
    const { fetchPage } = await fetching({ a: ['127.0.0.1'] });
    expect(textOf(await fetchPage())).toBe('page');
  });
});

describe('a failure', () => {
  it('is asked for once, however many wait for it', async () => {
    const { server, addresses } = await dnsWorld({ 'shop.example': { error: 'servfail' } });
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => addresses('shop.example')));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(server.queries).toHaveLength(2);
  });

  it('of one family is none where the other has an address', async () => {
    const bad: DnsName['bytes'] = (query) => query.subarray(0, 12);
    const { addresses } = await dnsWorld(
      {
        'a.example': { a: ['192.0.2.1'], silent: ['AAAA'] },
        'b.example': { aaaa: ['2001:db8::1'], silent: ['A'] },
        'c.example': { bytes: bad },
      },
      { queryTimeoutMs: 100 },
    );
    expect(await addresses('a.example')).toEqual(['192.0.2.1']);
    expect(await addresses('b.example')).toEqual(['2001:db8::1']);
    await expect(addresses('c.example')).rejects.toMatchObject({
      code: expect.stringMatching(/^E(TIMEOUT|BADRESP|SERVFAIL)$/),
    });
  });
});
