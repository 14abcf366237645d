import type { Kind } from '@trawl/shared/domain/setting.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';
import { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import { hostNames, nameServers, networks } from '@trawl/shared/platform/network-kinds.ts';
import { describe, expect, test } from 'vitest';
import { createAddressGuard } from '../../apps/worker/src/fetch/address-guard.ts';

const read = (kind: Kind<string[]>, text: string): string[] | undefined => kind.schema.safeParse(text).data;

describe('networks', () => {
  const good = [
    '10.0.0.0/8',
    '10.0.0.5/32',
    '0.0.0.0/0',
    '::/0',
    '::1/128',
    'FD00::/8',
    '::ffff:127.0.0.0/104',
    '::1.2.3.4/128',
    '64:ff9b::/96',
    '1:2:3:4:5:6:7:8/128',
  ];
  test.each(good)('%s is one, which the guard understands', (network) => {
    expect(read(networks, network)).toEqual([network]);
    createAddressGuard({ allowed: [network] });
  });

  test('stand in a list, with or without spaces', () => {
    expect(read(networks, '10.0.0.0/8, ::1/128')).toEqual(['10.0.0.0/8', '::1/128']);
    expect(read(networks, '')).toEqual([]);
  });

  const bad = [
    '10.0.0.5',
    '::1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '010.0.0.0/8',
    '0x0a.0.0.0/8',
    '10.0.0/8',
    '10/8',
    '::1/129',
    '[::1]/128',
    'fe80::%eth0/64',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0-10.0.0.9',
    'localhost',
    '*',
    '10.0.0.0/8;11.0.0.0/8',
  ];
  test.each(bad)('%s is none, not even beside one that is', (text) => {
    expect(read(networks, text)).toBeUndefined();
    expect(read(networks, `10.0.0.0/8,${text}`)).toBeUndefined();
  });
});

describe('hosts', () => {
  test.each([
    ['shop.example', 'shop.example'],
    ['Shop.Example', 'shop.example'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['127.1', '127.0.0.1'],
    ['::1', '::1'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['a_b.example', 'a_b.example'],
  ])('%s is, as it stands in URLs: %s', (text, host) => {
    expect(read(hostNames, text)).toEqual([host]);
  });

  const bad = [
    '*',
    '*.example',
    'https://shop.example',
    'shop.example/',
    'shop.example:80',
    'shop.example:443',
    '[::1]:443',
    'me@shop.example',
    'shop example',
    'shop.example?',
    '256.0.0.1',
    ':',
  ];
  test.each(bad)('%s is not one host', (text) => {
    expect(read(hostNames, text)).toBeUndefined();
  });
});

describe('name servers', () => {
  test.each(['192.0.2.1', '192.0.2.1:5353', '2001:db8::1', '[2001:db8::1]:5353', 'fe80::1%eth0'])(
    '%s is one',
    (text) => {
      expect(read(nameServers, text)).toEqual([text]);
    },
  );

  test.each([
    'dns.example',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '192.0.2.1:',
    '192.0.2',
    'udp://192.0.2.1',
    '[192.0.2.1]',
  ])('%s is none', (text) => {
    expect(read(nameServers, text)).toBeUndefined();
  });
});

test('a setting of a worker that is none of these is refused by flag and variable, with what is expected', () => {
  const given = { 'allow-private': '10.0.0.5', resolver: 'dns.example', 'insecure-host': '*' };
  expect(readSettings(workerSettings, { flags: given }).problems).toEqual([
    {
      flag: 'allow-private',
      variable: 'TRAWL_ALLOW_PRIVATE',
      message: 'expected networks like 10.0.0.0/8,fd00::/8 (one address: 10.0.0.5/32), got "10.0.0.5"',
    },
    {
      flag: 'resolver',
      variable: 'TRAWL_RESOLVER',
      message: 'expected addresses like 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353, got "dns.example"',
    },
    {
      flag: 'insecure-host',
      variable: 'TRAWL_INSECURE_HOST',
      message: 'expected host names without scheme, port and wildcard, got "*"',
    },
  ]);
});
