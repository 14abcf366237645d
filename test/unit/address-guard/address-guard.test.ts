import { describe, expect, test } from 'vitest';
import { createAddressGuard } from '../../../apps/worker/src/fetch/address-guard.ts';

const closed = createAddressGuard({ allowed: [] });

/** First, last and a middle address of every range that the registries of IANA do not call globally reachable. */
const notGlobal = `
0.0.0.0 0.1.2.3 0.255.255.255
10.0.0.0 10.1.2.3 10.255.255.255
100.64.0.0 100.100.100.200 100.127.255.255
127.0.0.0 127.0.0.1 127.255.255.255
169.254.0.0 169.254.169.254 169.254.255.255
172.16.0.0 172.20.10.1 172.31.255.255
192.0.0.0 192.0.0.170 192.0.0.255
192.0.2.0 192.0.2.255
192.88.99.0 192.88.99.255
192.168.0.0 192.168.1.1 192.168.255.255
198.18.0.0 198.19.255.255
198.51.100.0 198.51.100.255
203.0.113.0 203.0.113.255
224.0.0.0 239.255.255.255
240.0.0.0 254.1.2.3 255.255.255.254 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:ffff
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:169.254.169.254
::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
100:: 100::1 100:0:0:1::1
2001:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:1ff:ffff::1
2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
2002:: 2002:7f00:1:: 2002:a00:1::1 2002:808:808::1
3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
4000:: 5f00::1 8000::1 c000::1 e000::1 f000::1
fc00:: fc00::1 fd00::1 fd12:3456:789a::1 fdff:ffff::1
fe00::1 fe80:: fe80::1 fe80::1%eth0 febf:ffff::1
fec0::1 feff::1
ff00:: ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
`
  .split(/\s+/)
  .filter(Boolean);

const global = `
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255
203.0.114.0 223.255.255.255
2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2400:: 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1 3fff:1000::1
`
  .split(/\s+/)
  .filter(Boolean);

test.each(notGlobal)('%s is refused', (address) => {
  expect(closed.refusalOf(address, 80)).toBe('private-address');
});

test.each(global)('%s may be asked', (address) => {
  expect(closed.refusalOf(address, 80)).toBeUndefined();
});

test('what is no address is refused', () => {
  for (const text of ['', 'localhost', '127.1.', '1.2.3.4.5', 'fe80::1%', '[::1]', '::g'])
    expect(closed.refusalOf(text, 80)).toBe('private-address');
});

describe('networks that are opened', () => {
  const guard = createAddressGuard({ allowed: ['127.0.0.0/8', '10.1.0.0/16', 'fd00:1::/32'] });
  test('are these, and no others', () => {
    for (const address of ['127.0.0.1', '127.255.255.255', '10.1.2.3', 'fd00:1::5'])
      expect(guard.refusalOf(address, 80)).toBeUndefined();
    for (const address of [
      '10.2.0.1',
      '192.168.0.1',
      'fd00:2::1',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:10.1.2.3',
      '0.0.0.0',
    ])
      expect(guard.refusalOf(address, 80)).toBe('private-address');
  });
  test('all of IPv4 is not all of IPv6', () => {
    const all = createAddressGuard({ allowed: ['0.0.0.0/0'] });
    expect(all.refusalOf('192.168.0.1', 80)).toBeUndefined();
    expect(all.refusalOf('::1', 80)).toBe('private-address');
    expect(all.refusalOf('::ffff:192.168.0.1', 80)).toBe('private-address');
  });
});

test('an IPv4-compatible address is not a mapped one, though resolvers write both with dots', () => {
  const compatible = createAddressGuard({ allowed: ['::8.8.0.0/112'] });
  expect(compatible.refusalOf('::8.8.8.8', 80)).toBeUndefined();
  expect(compatible.refusalOf('::808:808', 80)).toBeUndefined();
  expect(compatible.refusalOf('::ffff:8.8.8.8', 80)).toBe('private-address');
  const mapped = createAddressGuard({ allowed: ['::ffff:0:0/96'] });
  expect(mapped.refusalOf('::ffff:8.8.8.8', 80)).toBeUndefined();
  expect(mapped.refusalOf('::8.8.8.8', 80)).toBe('private-address');
});

test('what only looks like an address to some is refused, also where its network is opened', () => {
  const all = createAddressGuard({ allowed: ['0.0.0.0/0', '::/0'] });
  for (const text of ['0x7f.1', '127.1', '2130706433', '0177.0.0.1', '127.0.0.1.', ' 127.0.0.1', '[::1]'])
    expect(all.refusalOf(text, 80)).toBe('private-address');
});

test('a zone does not change what an address is', () => {
  const linkLocal = createAddressGuard({ allowed: ['fe80::/10'] });
  for (const text of ['fe80::1%eth0', 'fe80::1%br-lan.7']) {
    expect(closed.refusalOf(text, 80)).toBe('private-address');
    expect(linkLocal.refusalOf(text, 80)).toBeUndefined();
  }
});

describe('ports', () => {
  test('of other protocols are refused on every address', () => {
    for (const port of [0, 22, 25, 53, 6000, 6667, 10080])
      expect(closed.refusalOf('8.8.8.8', port)).toBe('blocked-port');
    for (const port of [80, 443, 8080, 3000, 6379, 65535]) expect(closed.refusalOf('8.8.8.8', port)).toBeUndefined();
  });
  test('the own Redis is refused, under whatever address of its machine', () => {
    const guard = createAddressGuard({ allowed: ['127.0.0.0/8'], redis: () => [{ address: '127.0.0.1', port: 6379 }] });
    for (const address of ['127.0.0.1', '127.0.0.2']) expect(guard.refusalOf(address, 6379)).toBe('blocked-port');
    expect(guard.refusalOf('127.0.0.1', 6380)).toBeUndefined();
    expect(guard.refusalOf('8.8.8.8', 6379)).toBeUndefined();
    const far = createAddressGuard({ allowed: [], redis: () => [{ address: '8.8.4.4', port: 6379 }] });
    expect(far.refusalOf('8.8.4.4', 6379)).toBe('blocked-port');
    expect(far.refusalOf('8.8.8.8', 6379)).toBeUndefined();
  });
  test('a Sentinel that is known by name is refused at its port, wherever that is not public', () => {
    const redis = () => [
      { address: '8.8.4.4', port: 6379 },
      { address: 'sentinel-1', port: 26379 },
    ];
    const guard = createAddressGuard({ allowed: ['10.0.0.0/8'], redis });
    expect(guard.refusalOf('10.0.0.9', 26379)).toBe('blocked-port');
    expect(guard.refusalOf('8.8.4.4', 6379)).toBe('blocked-port');
    expect(guard.refusalOf('8.8.8.8', 26379)).toBeUndefined();
  });
  test('the own Redis is refused under public addresses of this machine', () => {
    const guard = createAddressGuard({
      allowed: [],
      redis: () => [{ address: '::ffff:127.0.0.1', port: 6379 }],
      ownAddresses: () => ['127.0.0.1', '8.8.4.4', '2a00:1450:4001::1'],
    });
    for (const address of ['8.8.4.4', '2a00:1450:4001:0::1'])
      expect(guard.refusalOf(address, 6379)).toBe('blocked-port');
    for (const address of ['8.8.8.8', '2a00:1450:4001::2']) expect(guard.refusalOf(address, 6379)).toBeUndefined();
    expect(guard.refusalOf('8.8.4.4', 80)).toBeUndefined();
  });
});
