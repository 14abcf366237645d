import type { FileHandle } from 'node:fs/promises';

export const chunkBytes = 256 * 1024;

/**
 * The bytes of a file from an offset, in chunks of up to 256 KiB that are the receiver's own.
 * @param holdsMoreThan asked at the end of the file: true when it has grown beyond that offset meanwhile
 */
export async function* readChunks(
  file: FileHandle,
  startOffset: number,
  holdsMoreThan?: (offset: number) => Promise<boolean>,
): AsyncGenerator<Buffer> {
  const space = Buffer.allocUnsafeSlow(chunkBytes);
  let offset = startOffset;
  for (;;) {
    const { bytesRead } = await file.read(space, 0, space.length, offset);
    offset += bytesRead;
    if (bytesRead > 0) yield Buffer.from(space.subarray(0, bytesRead));
    else if (!(await holdsMoreThan?.(offset))) return;
  }
}
