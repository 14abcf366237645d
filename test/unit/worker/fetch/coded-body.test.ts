import { createHash, randomBytes } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CodedBody } from '../../../../apps/worker/src/fetch/coded-body.ts';
import type { ContentCoding } from '../../../../apps/worker/src/fetch/content-coding.ts';
import { PlainBody } from '../../../../apps/worker/src/fetch/plain-body.ts';

const bytesOfPage = 1024 ** 2;
/** Compresses to a third: beyond what is held before a decoder begins. */
const page = Buffer.from(randomBytes(bytesOfPage / 2).toString('hex'));
const brotli = (windowBits: number) =>
  brotliCompressSync(page, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: windowBits },
  });
const sha256 = createHash('sha256').update(page).digest('hex');

/** A body, what it asks of the memory, and the chunks that its decoder made. */
const bodyOf = (coding: ContentCoding, { keptBytes = 0, isGranted = false } = {}) => {
  const grants: { bytes: number; grant: () => void }[] = [];
  const chunks: Uint8Array[] = [];
  const body = new CodedBody([coding], {
    createPlain: (events) => {
      const plain = new PlainBody({ maxBodyBytes: 2 * bytesOfPage, keptBytes }, undefined, events);
      const write = plain.write.bind(plain);
      plain.write = (chunk) => {
        chunks.push(chunk);
        return write(chunk);
      };
      return plain;
    },
    pace: { pauseMs: () => 0 },
    growMemory: (bytes, grant) => {
      grants.push({ bytes, grant });
      return isGranted;
    },
    events: { onReady: () => undefined, onFailure: () => undefined },
  });
  return { body, grants, chunks };
};

test('a decoder of Brotli begins when it was granted the whole window that the body names, and loses nothing meanwhile', async () => {
  const { body, grants } = bodyOf('br');
  const wire = brotli(22);
  for (let at = 0; at < wire.length; at += 65_536) body.write(wire.subarray(at, at + 65_536));
  const ending = body.finish();
  expect(grants).toHaveLength(1);
  expect(grants[0]?.bytes).toBeGreaterThanOrEqual(2 ** 22);
  expect(grants[0]?.bytes).toBeLessThan(2 ** 23);
  expect(body.bodyBytes).toBe(0);
  grants[0]?.grant();
  expect((await ending).sha256).toBe(sha256);
});

test('a body that is given up while its decoder waits for memory begins none when memory comes', () => {
  const { body, grants } = bodyOf('br');
  body.write(brotli(22));
  body.discard();
  grants[0]?.grant();
  expect(body.bodyBytes).toBe(0);
});

test('what a decoder made is given back at once, except for what is kept', async () => {
  const keptBytes = 200_000;
  const { body, chunks } = bodyOf('gzip', { keptBytes, isGranted: true });
  body.write(gzipSync(page, { level: 1 }));
  const { kept } = await body.finish();
  expect(page.subarray(0, keptBytes).equals(kept)).toBe(true);
  const given = chunks.filter((chunk) => chunk.length === 0);
  expect(given.length).toBeGreaterThan((bytesOfPage - keptBytes) / 65_536 - 3);
});
