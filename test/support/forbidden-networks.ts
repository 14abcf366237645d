/** A network that is not of the whole internet, with addresses of it: its ends, and those that are asked for in practice. */
export type ForbiddenNetwork = {
  network: string;
  what: string;
  addresses: string[];
  /** Linux connects to nothing there by TCP, or not without a zone. */
  isOutOfReach?: true;
};

export const forbiddenNetworks: ForbiddenNetwork[] = [
  { network: '0.0.0.0/8', what: 'this network', addresses: ['0.0.0.0', '0.1.2.3'] },
  { network: '10.0.0.0/8', what: 'private', addresses: ['10.0.0.1', '10.255.255.254'] },
  { network: '100.64.0.0/10', what: 'carrier-grade NAT', addresses: ['100.64.0.1', '100.100.100.200'] },
  { network: '127.0.0.0/8', what: 'loopback', addresses: ['127.0.0.1', '127.255.255.254'] },
  { network: '169.254.0.0/16', what: 'link-local, metadata', addresses: ['169.254.169.254', '169.254.170.2'] },
  { network: '172.16.0.0/12', what: 'private', addresses: ['172.16.0.1', '172.31.255.254'] },
  { network: '192.0.0.0/24', what: 'protocols', addresses: ['192.0.0.1', '192.0.0.192'] },
  { network: '192.0.2.0/24', what: 'documentation', addresses: ['192.0.2.1'] },
  { network: '192.88.99.0/24', what: '6to4 relays', addresses: ['192.88.99.1'] },
  { network: '192.168.0.0/16', what: 'private', addresses: ['192.168.0.1', '192.168.255.254'] },
  { network: '198.18.0.0/15', what: 'benchmarks', addresses: ['198.18.0.1', '198.19.255.254'] },
  { network: '198.51.100.0/24', what: 'documentation', addresses: ['198.51.100.1'] },
  { network: '203.0.113.0/24', what: 'documentation', addresses: ['203.0.113.1'] },
  { network: '224.0.0.0/4', what: 'multicast', addresses: ['224.0.0.1', '239.255.255.250'], isOutOfReach: true },
  { network: '240.0.0.0/4', what: 'reserved', addresses: ['240.0.0.1', '254.1.2.3'] },
  { network: '255.255.255.255/32', what: 'broadcast', addresses: ['255.255.255.255'], isOutOfReach: true },
  { network: '::/128', what: 'unspecified', addresses: ['::'] },
  { network: '::1/128', what: 'loopback', addresses: ['::1'] },
  { network: '::/96', what: 'IPv4-compatible', addresses: ['::7f00:1', '::a9fe:a9fe'] },
  { network: '::ffff:0:0/96', what: 'IPv4-mapped', addresses: ['::ffff:7f00:1', '::ffff:a00:1', '::ffff:a9fe:a9fe'] },
  { network: '::ffff:0:0:0/96', what: 'IPv4-translated', addresses: ['::ffff:0:7f00:1'] },
  { network: '64:ff9b::/96', what: 'NAT64', addresses: ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe'] },
  { network: '64:ff9b:1::/48', what: 'local NAT64', addresses: ['64:ff9b:1::7f00:1'] },
  { network: '100::/64', what: 'discard', addresses: ['100::1'] },
  { network: '2001::/32', what: 'Teredo', addresses: ['2001:0:4136:e378:8000:63bf:3fff:fdd2'] },
  { network: '2001:2::/48', what: 'benchmarks', addresses: ['2001:2::1'] },
  { network: '2001:10::/28', what: 'ORCHID', addresses: ['2001:10::1'] },
  { network: '2001:20::/28', what: 'ORCHIDv2', addresses: ['2001:20::1'] },
  { network: '2001:db8::/32', what: 'documentation', addresses: ['2001:db8::1'] },
  { network: '2002::/16', what: '6to4', addresses: ['2002:7f00:1::1', '2002:a9fe:a9fe::1'] },
  { network: '3fff::/20', what: 'documentation', addresses: ['3fff::1'] },
  { network: '5f00::/16', what: 'segment routing', addresses: ['5f00::1'] },
  { network: '4000::/2', what: 'never given out', addresses: ['4000::1'] },
  { network: 'fc00::/7', what: 'private', addresses: ['fc00::1', 'fd00:ec2::254'] },
  { network: 'fe80::/10', what: 'link-local', addresses: ['fe80::1', 'febf::1'], isOutOfReach: true },
  { network: 'fec0::/10', what: 'site-local', addresses: ['fec0::1'] },
  { network: 'ff00::/8', what: 'multicast', addresses: ['ff02::1', 'ff0e::1'], isOutOfReach: true },
];

export const forbiddenAddresses: string[] = forbiddenNetworks.flatMap(({ addresses }) => addresses);
