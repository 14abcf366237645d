import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';

/** How a batch becomes bytes of a file. */
export type Encoding = (batch: OutcomeBatch) => Promise<Buffer> | Buffer;

const newline = 0x0a;

/** One record a line, byte for byte as the worker wrote it: the hot path parses no JSON. */
export const recordLines: Encoding = ({ entries }) => {
  let bytes = 0;
  for (const { records } of entries) for (const record of records) bytes += record.length + 1;
  const lines = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { records } of entries) {
    for (const record of records) {
      at += record.copy(lines, at);
      lines[at++] = newline;
    }
  }
  return lines;
};

const compress = promisify(gzip);

/** A gzip member of its own (RFC 1952, 2.2): a file may be cut between any two, and readers see one stream. */
export const gzippedLines: Encoding = async (batch) => compress(await recordLines(batch), { level: 4 });
