import { createDnsCache, type DnsCache, type DnsOptions } from '../../apps/worker/src/fetch/dns-cache.ts';
import { afterwards } from './fetch-world.ts';
import { type DnsName, startPretendDns } from './pretend-dns.ts';

/** A name server, and a cache that asks it; time stands still until a test moves `clock.ms`. */
export const dnsWorld = async (names: Record<string, DnsName> = {}, options: Partial<DnsOptions> = {}) => {
  const server = await startPretendDns(names);
  const clock = { ms: 0 };
  const hostsFile = '/nonexistent/hosts';
  const dns = createDnsCache({ now: () => clock.ms, servers: [server.address], hostsFile, tries: 1, ...options });
  afterwards(server.close);
  afterwards(dns.close);
  return { server, clock, dns, addresses: (name: string) => addressesOf(dns, name) };
};

const addressesOf = (dns: DnsCache, name: string): Promise<string[]> =>
  new Promise((resolve, reject) => {
    dns.lookup(name, { all: true }, (error, found) =>
      error ? reject(error) : resolve((found as { address: string }[]).map(({ address }) => address)),
    );
  });
