import { disguisesOf, spellingsOfIpv4, spellingsOfIpv6 } from './address-spellings.ts';
import { forbiddenAddresses } from './forbidden-networks.ts';
import type { DnsName } from './pretend-dns.ts';

/** A line of a list, and how it has to end: class and reason. */
export type GuardCase = { what: string; url: string; ends: string };

export type GuardSurroundings = {
  /** Addresses of the pretend host that is public. */
  publicAddresses: { ipv4: string; ipv6: string };
  redisPort: number;
  /** Names that the hosts file gives to the loopback. */
  localNames: readonly string[];
};

const isIpv6 = (address: string): boolean => address.includes(':');
const inUrl = (address: string): string => (isIpv6(address) ? `[${address}]` : address);
const recordOf = (address: string): DnsName => (isIpv6(address) ? { aaaa: [address] } : { a: [address] });

const refused = 'forbidden private-address';
const blocked = 'forbidden blocked-port';
const invalid = 'invalid not-a-url';
const ok = 'ok status-200';

/** The crawl list of the address guard, and the names that it needs. Paths differ, so that no line repeats another. */
export const guardCases = (given: GuardSurroundings): { cases: GuardCase[]; names: Record<string, DnsName> } => {
  const names: Record<string, DnsName> = {};
  const cases: GuardCase[] = [];
  const { publicAddresses: world } = given;

  /** Several names for one host: its lines then run side by side. */
  const publicName = (): string => `p${cases.length % 8}.public.example`;
  for (let n = 0; n < 8; n++) names[`p${n}.public.example`] = { a: [world.ipv4], aaaa: [world.ipv6] };
  const path = (): string => `/${cases.length}`;
  const add = (what: string, url: string, ends: string): unknown => cases.push({ what, url, ends });
  const addName = (what: string, is: DnsName, ends: string): string => {
    const name = `n${Object.keys(names).length}.trick.example`;
    names[name] = is;
    add(`name: ${what}`, `http://${name}${path()}`, ends);
    return name;
  };
  const addRedirect = (what: string, status: number, to: string, ends: string): unknown =>
    add(
      `redirect ${status}: ${what}`,
      `http://${publicName()}/to/${status}${path()}?${new URLSearchParams({ to })}`,
      ends,
    );

  // The way there works.
  for (const host of [world.ipv4, inUrl(world.ipv6), publicName()]) add('public', `http://${host}${path()}`, ok);
  addRedirect('to a public host', 302, `http://${world.ipv4}/there`, ok);

  addSpellings();
  addNames();
  addRedirects();
  addPorts();
  addNonsense();
  return { cases, names };

  function addSpellings(): void {
    for (const address of forbiddenAddresses) add('literal', `http://${inUrl(address)}${path()}`, refused);
    for (const address of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '0.0.0.0'])
      for (const [how, text] of Object.entries(spellingsOfIpv4(address)))
        add(`${address}: ${how}`, `http://${text}${path()}`, refused);
    for (const address of ['::1', '::ffff:7f00:1', '::7f00:1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::1', 'fd00:ec2::254'])
      for (const [how, text] of Object.entries(spellingsOfIpv6(address)))
        add(`${address}: ${how}`, `http://[${text}]${path()}`, refused);
    names['a.public.example'] = { a: [world.ipv4] };
    for (const host of ['127.0.0.1', '[::1]', '0x7f.2', 'loopback.trick.example'])
      for (const [how, url] of Object.entries(disguisesOf(host, '/PATH', 'a.public.example')))
        add(`${host} ${how}`, url.replace('/PATH', path()), refused);
    names['loopback.trick.example'] = { a: ['127.0.0.1'], aaaa: ['::1'] };
    add('a public host with an address as user', `http://127.0.0.1@${publicName()}${path()}`, ok);
    add('a public host with an address as fragment', `http://${publicName()}${path()}#@127.0.0.1/`, ok);
  }

  function addNames(): void {
    for (const address of forbiddenAddresses) {
      const name = addName(address, recordOf(address), refused);
      addName(`alias of ${address}`, { cname: name }, refused);
      add(`name: ${address}, final dot`, `http://${name}.${path()}`, refused);
    }
    const [a, aaaa] = [
      ['127.0.0.1', '10.0.0.1', '169.254.169.254'],
      ['::1', 'fd00:ec2::254', '::ffff:7f00:1'],
    ];
    addName('several addresses, none allowed', { a, aaaa }, refused);
    addName('an alias of an alias', { cname: addName('alias', { cname: 'loopback.trick.example' }, refused) }, refused);
    addName('a public address last', { a: [...a, world.ipv4] }, ok);
    addName('a public address first', { a: [world.ipv4, ...a] }, ok);
    addName('a public address among those of IPv6', { aaaa: [aaaa[0] ?? '', world.ipv6, aaaa[1] ?? ''] }, ok);
    addName('public by IPv4, loopback by IPv6', { a: [world.ipv4], aaaa }, ok);
    addName('nowhere', { error: 'nxdomain' }, 'unreachable no-such-host');
    for (const name of [
      'localhost',
      'LOCALHOST',
      'localhost.',
      'api.localhost',
      'a.b.localhost.',
      'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
      'local%68ost',
    ])
      add('a name of the loopback', `http://${name}${path()}`, refused);
    for (const name of given.localNames) add('a name of the hosts file', `http://${name}${path()}`, refused);
    for (const [name, address] of [
      ['intranet', '10.0.0.1'],
      ['metadata.google.internal', '169.254.169.254'],
      ['127.0.0.1.nip.example', '127.0.0.1'],
      ['7f000001.example', '127.0.0.1'],
      ['xn--r8jz45g.example', '127.0.0.1'],
    ] as const) {
      names[name] = { a: [address] };
      add('a name that looks like something', `http://${name}${path()}`, refused);
    }
    // Public until it is asked again: each redirect leads to the same name, past its time to live, on a new connection.
    for (const later of [{ a }, { aaaa }, { a: ['127.0.0.1'] }, { a: ['10.0.0.1'] }, recordOf('::ffff:7f00:1')]) {
      const name = `rebind${Object.keys(names).length}.trick.example`;
      names[name] = { a: [world.ipv4], ttl: 0, later: { a: [], ttl: 0, ...later } };
      add('a name that was public', `http://${name}/again${path()}`, refused);
    }
  }

  function addRedirects(): void {
    for (const address of forbiddenAddresses) addRedirect(address, 302, `http://${inUrl(address)}/`, refused);
    for (const status of [301, 302, 303, 307, 308])
      for (const to of redirectTargets) addRedirect(to, status, to, refused);
    for (const [how, text] of Object.entries(spellingsOfIpv4('169.254.169.254')))
      addRedirect(how, 302, `http://${text}/`, refused);
    const onTheWay = `http://${publicName()}/to/307/way?${new URLSearchParams({ to: 'http://127.0.0.1/' })}`;
    addRedirect('over two public hosts', 301, onTheWay, refused);
    addRedirect('to the same name, then away', 308, `/to/302/way?${new URLSearchParams({ to: '//[::1]/' })}`, refused);
    for (const to of ['ftp://127.0.0.1/', 'file:///etc/passwd', 'gopher://127.0.0.1:6379/_FLUSHALL'])
      addRedirect(to, 302, to, 'forbidden redirect-scheme');
  }

  function addPorts(): void {
    for (const port of [1, 22, 25, 53, 110, 6000, 6667, 10080, given.redisPort])
      add(`port ${port}`, `http://${publicName()}:${port}${path()}`, blocked);
    for (const address of [world.ipv4, inUrl(world.ipv6)])
      add('Redis by a public address', `http://${address}:${given.redisPort}${path()}`, blocked);
    for (const address of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '0.0.0.0', 'localhost', 'loopback.trick.example'])
      add('Redis by a private address', `http://${address}:${given.redisPort}${path()}`, refused);
    addRedirect('to Redis', 307, `http://127.0.0.1:${given.redisPort}/`, refused);
    addRedirect('to Redis by a public address', 307, `http://${world.ipv4}:${given.redisPort}/`, blocked);
    addRedirect('to a port of mail', 302, `http://${world.ipv4}:25/`, blocked);
  }

  function addNonsense(): void {
    for (const host of nonsense) add('no host', `http://${host}${path()}`, invalid);
    for (const url of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/', 'dict://127.0.0.1:11211/stat'])
      add('another scheme', url, 'invalid scheme-not-http');
  }
};

const redirectTargets = [
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  '//127.0.0.1/',
  '\\\\127.0.0.1\\',
  '/\\127.0.0.1/',
  'http:\\\\127.0.0.1/',
  'http://p0.public.example@127.0.0.1/',
  'http://127.0.0.1#@p0.public.example/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://localhost/',
  'http://loopback.trick.example/',
  'http://127.0.0.1:8080/',
  'https://127.0.0.1/',
];

/** What the URL parser refuses: more than an address holds, zones, brackets that are none. */
const nonsense = [
  '256.0.0.1',
  '4294967296',
  '0x100000000',
  '127.0.0.0x100',
  '127.0.0.1.1',
  '0x7f.0.0.0.1',
  '127..0.1',
  '127.0.0.09',
  '127.0.0.1%00.public.example',
  '127.0.0.1%20',
  '127.0.0.1:99999',
  '127.0.0.1:80:80',
  '[::1',
  'a::1',
  '%5B::1%5D',
  '[127.0.0.1]',
  '[::127.0.0.1.5]',
  '[::1%25lo]',
  '[fe80::1%25lo]',
  '[fe80::1%lo]',
  '[fe80::1%250]',
  '[::1]x',
];
