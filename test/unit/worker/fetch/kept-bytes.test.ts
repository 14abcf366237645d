import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptBytes } from '../../../../apps/worker/src/fetch/kept-bytes.ts';

describe('kept bytes', () => {
  it('come back as they were added', () => {
    const sizes = fc.array(fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 20_000 })), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (lengths, isPart) => {
        const kept = new KeptBytes();
        const added = lengths.map((length, i) => {
          const buffer = Buffer.alloc(isPart ? length * 3 + 9 : length, i);
          return buffer.subarray(0, length);
        });
        for (const chunk of added) kept.add(chunk);
        expect(kept.length).toBe(Buffer.concat(added).length);
        expect(Buffer.concat(added).equals(kept.take())).toBe(true);
        expect(kept.length).toBe(0);
      }),
    );
  });

  it('do not keep a larger buffer alive', () => {
    const kept = new KeptBytes();
    kept.add(Buffer.alloc(65_536).subarray(0, 10_000));
    expect(kept.take().buffer.byteLength).toBe(10_000);
    kept.add(Buffer.alloc(65_536).subarray(0, 10));
    expect(kept.take().buffer.byteLength).toBe(10);
  });

  it('are not copied where they come in one piece of their own', () => {
    const kept = new KeptBytes();
    const chunk = new Uint8Array(1000);
    kept.add(chunk);
    expect(kept.take()).toBe(chunk);
  });
});
