/**
 * The fixed set of host addresses that lists for the pretend web use: 127.10.0.1, 127.10.0.2, ... (250 per third byte).
 * Linux answers on all of 127/8; macOS only on addresses that were added to lo0.
 */
export const pretendHosts = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `127.10.${Math.floor(index / 250)}.${(index % 250) + 1}`);
