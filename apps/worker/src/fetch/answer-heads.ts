import type { CutShort } from '@trawl/shared/domain/fetch-outcome.ts';

/** Early hints and the like come once or twice; who sends more wants to keep us busy. */
const mostInterim = 10;

const headEnd = Buffer.from('\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);

/** `HTTP/1.1 1xx` and the character behind it: enough to know an interim answer by. */
const knownByBytes = 13;
const [lineFeed, carriageReturn, space, zero, one, nine] = [0x0a, 0x0d, 0x20, 0x30, 0x31, 0x39];
const versionAndSpace = Buffer.from('HTTP/1.1 1');
const minorVersionAt = 7;
const protocolBytes = 'HTTP/'.length;

/**
 * The heads of one answer, before the parser sees them. Interim answers (1xx) are taken out: RFC 9110 section 15.2 wants any
 * number of them passed over, undici breaks off at a 100. What is left is measured, since the parser counts neither the
 * reason phrase nor blanks.
 */
export class AnswerHeads {
  /** The final head has come as a whole. */
  isOver = false;
  readonly #maxBytes: number;
  #bytes = 0;
  #interim = 0;
  /** The first bytes of an answer, too few to tell what it is. */
  #held = nothing;
  #part: 'unknown' | 'interim' | 'final' = 'unknown';
  #lineBytes = 0;
  #last = 0;
  /** The last bytes of an unfinished head, where its end may have begun. */
  #tail = nothing;

  /** @param maxBytes of all heads of the answer together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What of the chunk the parser is to see, if anything; a word when the answer is refused. */
  take(chunk: Buffer): Buffer | undefined | CutShort {
    if (this.#part === 'final') return this.#takeFinal(chunk);
    let rest = chunk;
    for (;;) {
      if (this.#part === 'interim') {
        const end = this.#endOfInterim(rest);
        if (end === undefined) return 'malformed-response';
        this.#bytes += end;
        if (this.#bytes > this.#maxBytes) return 'head-too-large';
        if (this.#part === 'interim') return undefined;
        rest = rest.subarray(end);
      }
      if (this.#held.length > 0) rest = Buffer.concat([this.#held, rest]);
      this.#held = nothing;
      // Empty lines before a status line are nothing, to parsers too; the blank line at the end of a head is not among them.
      const blank = blankBytes(rest);
      this.#bytes += blank;
      if (this.#bytes > this.#maxBytes) return 'head-too-large';
      rest = rest.subarray(blank);
      switch (kindOf(rest)) {
        case 'unknown':
          this.#held = rest;
          return undefined;
        case 'final':
          this.#part = 'final';
          return this.#takeFinal(rest);
        case 'foreign':
          return 'malformed-response';
        case 'upgrade':
          return 'unasked-upgrade';
        case 'interim':
          if (++this.#interim > mostInterim) return 'too-many-interim';
          this.#part = 'interim';
          this.#lineBytes = 0;
      }
    }
  }

  /** How many bytes of the chunk belong to the interim head; undefined when a line of it does not end as lines do. */
  #endOfInterim(chunk: Buffer): number | undefined {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === lineFeed) {
        if (this.#last !== carriageReturn) return undefined;
        if (this.#lineBytes === 1) {
          this.#part = 'unknown';
          return i + 1;
        }
        this.#lineBytes = 0;
      } else this.#lineBytes++;
      this.#last = byte;
    }
    return chunk.length;
  }

  #takeFinal(chunk: Buffer): Buffer | CutShort {
    const searched = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const at = searched.indexOf(headEnd);
    this.isOver = at !== -1;
    this.#bytes += this.isOver ? at + headEnd.length - this.#tail.length : chunk.length;
    this.#tail = this.isOver ? nothing : searched.subarray(-headEnd.length + 1);
    return this.#bytes > this.#maxBytes ? 'head-too-large' : chunk;
  }
}

const blankBytes = (bytes: Buffer): number => {
  let count = 0;
  while (bytes[count] === lineFeed || bytes[count] === carriageReturn) count++;
  return count;
};

/** `foreign`: undici's parser knows other protocols too, and would take their answers. */
const kindOf = (bytes: Buffer): 'unknown' | 'interim' | 'upgrade' | 'final' | 'foreign' => {
  const compared = Math.min(bytes.length, versionAndSpace.length);
  for (let i = 0; i < compared; i++) {
    const isExpected = i === minorVersionAt ? isDigit(bytes[i]) : bytes[i] === versionAndSpace[i];
    if (!isExpected) return i < protocolBytes ? 'foreign' : 'final';
  }
  if (bytes.length < knownByBytes) return 'unknown';
  const [tens, units, next] = [bytes[10], bytes[11], bytes[12]];
  if (!isDigit(tens) || !isDigit(units) || (next !== space && next !== carriageReturn)) return 'final';
  return tens === zero && units === one ? 'upgrade' : 'interim';
};

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;
