/** A command on its way to Redis: its bytes, and its first words, of which long ones are cut. */
export type SentCommand = { bytes: Buffer; words: string[] };

const wordsKept = 4;
const bytesOfWordKept = 120;

/** Cuts what a client sends (RESP arrays of bulk strings) into whole commands; the rest waits for more. */
export const createCommandReader = () => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): SentCommand[] => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const commands: SentCommand[] = [];
    let from = 0;
    for (;;) {
      const found = readCommand(data, from);
      if (found === undefined) break;
      commands.push({ bytes: data.subarray(from, found.end), words: found.words });
      from = found.end;
    }
    rest = data.subarray(from);
    return commands;
  };
};

const readCommand = (data: Buffer, from: number): { end: number; words: string[] } | undefined => {
  const head = readCount(data, from, '*');
  if (head === undefined) return undefined;
  const words: string[] = [];
  let at = head.next;
  for (let i = 0; i < head.count; i += 1) {
    const length = readCount(data, at, '$');
    if (length === undefined) return undefined;
    const end = length.next + length.count;
    if (end + 2 > data.length) return undefined;
    if (words.length < wordsKept)
      words.push(data.toString('latin1', length.next, Math.min(end, length.next + bytesOfWordKept)));
    at = end + 2;
  }
  return { end: at, words };
};

const readCount = (data: Buffer, from: number, sign: '*' | '$'): { count: number; next: number } | undefined => {
  const end = data.indexOf('\r\n', from, 'latin1');
  if (end === -1) return undefined;
  if (data[from] !== sign.charCodeAt(0)) throw new Error('a client of Redis sent what is no array of bulk strings');
  return { count: Number(data.toString('latin1', from + 1, end)), next: end + 2 };
};
