import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Address } from './dns-answer.ts';

/** A change of the file is seen at most this late. */
const checkEveryMs = 1000;

/** Names from a hosts file, read again when its modification time changes. A file that cannot be read holds no names. */
export const createHostsFile = (path: string, now: () => number): ((name: string) => Address[] | undefined) => {
  let names = new Map<string, Address[]>();
  let modifiedMs = Number.NaN;
  let checkedAtMs = Number.NEGATIVE_INFINITY;

  return (name) => {
    if (now() - checkedAtMs >= checkEveryMs) {
      checkedAtMs = now();
      const changedMs = orElse(() => statSync(path).mtimeMs, 0);
      if (changedMs !== modifiedMs) names = parseHosts(orElse(() => readFileSync(path, 'utf8'), ''));
      modifiedMs = changedMs;
    }
    return names.get(name);
  };
};

const orElse = <T>(read: () => T, fallback: T): T => {
  try {
    return read();
  } catch {
    return fallback;
  }
};

/** `address name name ... # comment`, names in lower case. */
const parseHosts = (text: string): Map<string, Address[]> => {
  const names = new Map<string, Address[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      names.set(name, [...(names.get(name) ?? []), { address, family }]);
    }
  }
  return names;
};
