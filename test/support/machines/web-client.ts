import type { ArrivalDump, ArrivalSummary } from '../pretend-web/arrival-log.ts';
import type { HostArrivals } from '../pretend-web/judge-arrivals.ts';
import { pretendHosts } from '../pretend-web/pretend-hosts.ts';

/** The pretend web on a machine of its own, asked for its log through a door. */
export const createWebClient = (doorPort: number) => {
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${doorPort}${path}`, { headers: { connection: 'close' } });
    return (await response.json()) as T;
  };
  return {
    /** Its hosts; every path of the pretend web is on each: `http://10.80.0.1/ok`. */
    hosts: (count: number): string[] => pretendHosts(count, '10.80'),
    summary: () => ask<ArrivalSummary & { standstillMs: number }>('/_summary'),
    /** Every request that it got, by host. */
    arrivals: async (): Promise<Map<string, HostArrivals>> => {
      const { hosts } = await ask<ArrivalDump>('/_arrivals');
      return new Map(Object.entries(hosts).map(([host, arrivals]) => [host, withOpenEnds(arrivals)]));
    },
  };
};

/** JSON has no NaN: an end that has not come is null there. */
const withOpenEnds = (arrivals: HostArrivals): HostArrivals => ({
  ...arrivals,
  endsMs: arrivals.endsMs.map((end: number | null) => end ?? Number.NaN),
});
