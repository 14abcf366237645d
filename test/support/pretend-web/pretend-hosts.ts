/**
 * The fixed set of host addresses that lists for the pretend web use: 127.10.0.1, 127.10.0.2, ... (250 per third byte).
 * Linux answers on all of 127/8; macOS only on addresses that were added to lo0.
 * @param network the first two bytes, where the pretend web is on a machine of its own
 */
export const pretendHosts = (count: number, network = '127.10'): string[] =>
  Array.from({ length: count }, (_, index) => `${network}.${Math.floor(index / 250)}.${(index % 250) + 1}`);
