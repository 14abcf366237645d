import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/**
 * Where the records of a run begin at the end of a file, whole ones and one that is torn: what a Redis that forgot the last second does not
 * know of any more. The length of the file where there are none. Reads no more than those, and a little.
 */
export const endOfOthers = async (file: FileHandle, sizeBytes: number, run: string): Promise<number> => {
  const begins = Buffer.from(`{"run":${JSON.stringify(run)},`);
  let [tail, fromBytes]: [Buffer, number] = [Buffer.alloc(0), sizeBytes];
  while (fromBytes + tail.length > 0) {
    const lineEnd = tail.length < 2 ? -1 : tail.lastIndexOf(newline, tail.length - 2);
    if (lineEnd === -1 && fromBytes > 0) {
      const length = Math.min(chunkBytes, fromBytes);
      fromBytes -= length;
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, fromBytes);
      tail = Buffer.concat([buffer, tail]);
    } else {
      if (!isOwn(tail.subarray(lineEnd + 1), begins)) break;
      tail = tail.subarray(0, lineEnd + 1);
    }
  }
  return fromBytes + tail.length;
};

const isOwn = (line: Buffer, begins: Buffer): boolean => {
  const isTorn = line.at(-1) !== newline;
  const head = line.subarray(0, begins.length);
  return head.equals(isTorn ? begins.subarray(0, head.length) : begins);
};
