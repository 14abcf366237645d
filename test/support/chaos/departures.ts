import { readFile } from 'node:fs/promises';

/** Host and path -> when such a request was handed to its connection, machine ms in order. */
export type Departures = ReadonlyMap<string, number[]>;

export const readDepartures = async (path: string): Promise<Departures> => {
  const departures = new Map<string, number[]>();
  for (const line of (await readFile(path, 'utf8').catch(() => '')).split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const [atMs, url] = [Number(line.slice(0, space)), line.slice(space + 1)];
    const known = departures.get(url);
    if (known) known.push(atMs);
    else departures.set(url, [atMs]);
  }
  for (const times of departures.values()) times.sort((a, b) => a - b);
  return departures;
};

/** When the request left that arrived then; where nobody wrote it down, when it arrived. */
export const departedMs = (departures: Departures, url: string, arrivedMs: number): number =>
  departures.get(url)?.findLast((atMs) => atMs <= arrivedMs) ?? arrivedMs;
