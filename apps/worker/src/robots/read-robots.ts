import { setImmediate as nextRound } from 'node:timers/promises';
import { createRobotsParser, type RobotsRules } from './robots-rules.ts';

/** More than honest files have. Half a megabyte of empty lines takes 70 ms, for which the event loop should not stand still. */
const sliceBytes = 16 * 1024;

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** What a robots.txt says to a product. A long one is read in slices, each in a round of the event loop of its own. */
export const readRobots = async (given: Uint8Array, product: string): Promise<RobotsRules> => {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const parser = createRobotsParser(product);
  let at = 0;
  for (;;) {
    const end = endOfLine(bytes, at + sliceBytes);
    parser.take(bytes.toString('utf8', at, end));
    if (end === bytes.length) return parser.rules();
    at = end;
    await nextRound();
  }
};

/** Behind the first line that ends there or later: no character goes through the end of a line. */
const endOfLine = (bytes: Buffer, from: number): number => {
  for (let i = from; i < bytes.length; i++) if (bytes[i] === lineFeed || bytes[i] === carriageReturn) return i + 1;
  return bytes.length;
};
