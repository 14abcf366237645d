import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** What the bitmap itself says, independent of all counters. */
export type LedgerReading = {
  bitsSet: number;
  /** Up to `mostNamed` numbers below the total without an outcome, in order. */
  missing: number[];
  missingCount: number;
};

const chunkBytes = 64 * 1024;

/** Reads the bits of lines 0..total-1, in chunks: flat memory for any total. */
export const readLedger = async (
  redis: Redis,
  shard: Shard,
  run: string,
  total: number,
  mostNamed = 20,
): Promise<LedgerReading> => {
  const key = keysOf(shard).done(run);
  const missing: number[] = [];
  let missingCount = 0;
  for (let from = 0; from * 8 < total; from += chunkBytes) {
    const chunk = (await redis.getrangeBuffer(key, from, from + chunkBytes - 1)) ?? Buffer.alloc(0);
    const end = Math.min(total, (from + chunkBytes) * 8);
    for (let seq = from * 8; seq < end; seq++) {
      const byte = chunk[(seq >> 3) - from] ?? 0;
      if (byte === 0xff && (seq & 7) === 0 && seq + 8 <= end) seq += 7;
      else if ((byte & (0x80 >> (seq & 7))) === 0 && missingCount++ < mostNamed) missing.push(seq);
    }
  }
  return { bitsSet: await redis.bitcount(key), missing, missingCount };
};
