import { longestLineBytes } from './source.ts';

export type RawLine = {
  /** UTF-8 with replacement characters for what is none; of a line that is too long the beginning. */
  text: string;
  isTooLong: boolean;
  /** Byte after the line and its line feed. */
  endOffset: number;
  /** False for the last line of a file without a line feed at its end. */
  isTerminated: boolean;
};

const lineFeed = 10;
const keptOfTooLongBytes = 2000;

/**
 * Cuts chunks of bytes at line feeds, wherever the chunks are cut. What it holds of an unfinished line is bounded.
 * @param startOffset byte of the source at which the first chunk begins
 */
export const createLineSplitter = (startOffset: number, onLine: (line: RawLine) => void) => {
  let chunkOffset = startOffset;
  let held = Buffer.allocUnsafe(4096);
  let heldBytes = 0;
  let isTooLong = false;

  const push = (chunk: Buffer): void => {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      emit(chunk, start, end);
      start = end + 1;
    }
    hold(chunk, start, chunk.length);
    chunkOffset += chunk.length;
  };

  const end = (): void => {
    if (heldBytes > 0) emitHeld(chunkOffset, false);
  };

  const emit = (chunk: Buffer, start: number, end: number): void => {
    const endOffset = chunkOffset + end + 1;
    if (heldBytes === 0 && end - start <= longestLineBytes) {
      onLine({ text: chunk.toString('utf8', start, end), isTooLong: false, endOffset, isTerminated: true });
      return;
    }
    hold(chunk, start, end);
    emitHeld(endOffset, true);
  };

  const emitHeld = (endOffset: number, isTerminated: boolean): void => {
    const text = held.toString('utf8', 0, isTooLong ? Math.min(heldBytes, keptOfTooLongBytes) : heldBytes);
    onLine({ text, isTooLong, endOffset, isTerminated });
    heldBytes = 0;
    isTooLong = false;
  };

  const hold = (chunk: Buffer, start: number, end: number): void => {
    if (isTooLong || start === end) return;
    const room = longestLineBytes - heldBytes;
    isTooLong = end - start > room;
    const bytes = Math.min(end - start, room);
    if (heldBytes + bytes > held.length) grow(heldBytes + bytes);
    heldBytes += chunk.copy(held, heldBytes, start, start + bytes);
  };

  const grow = (neededBytes: number): void => {
    const larger = Buffer.allocUnsafe(Math.min(longestLineBytes, Math.max(neededBytes, held.length * 2)));
    held.copy(larger, 0, 0, heldBytes);
    held = larger;
  };

  return { push, end };
};
