import { isUtf8 } from 'node:buffer';
import { TextDecoder } from '@exodus/bytes/encoding.js';
import sniffEncoding from 'html-encoding-sniffer';

export type TextKind = 'html' | 'xml' | 'text' | 'json';

/**
 * A body as text by BOM, then the header's charset, then what the document says of itself. Bytes that are no text of that
 * encoding become U+FFFD. A document that says nothing is UTF-8 where it is valid UTF-8, windows-1252 otherwise; an
 * unknown charset counts as nothing said.
 * @param isWhole false when the body was cut: half a character at the end is left out
 */
export const decodeText = (
  bytes: Uint8Array,
  kind: TextKind,
  charset: string | undefined,
  isWhole: boolean,
): string => {
  if (isUtf8Label(charset) && !hasUtf16Mark(bytes)) return decodeUtf8(bytes, isWhole);
  const encoding = encodingOf(bytes, kind, charset, isWhole);
  if (encoding === 'UTF-8') return decodeUtf8(bytes, isWhole);
  // The standard does not decode encodings in which the same bytes can mean tags to one reader and text to another.
  if (encoding === 'replacement') return bytes.length === 0 ? '' : '\ufffd';
  return decoderOf(encoding).decode(bytes);
};

/** JSON is UTF-8 by its standard: the header's charset counts only where it names UTF-16 together with a BOM. */
const encodingOf = (bytes: Uint8Array, kind: TextKind, charset: string | undefined, isWhole: boolean): string => {
  if (kind === 'json' && !hasUtf16Mark(bytes)) return 'UTF-8';
  const defaultEncoding = isUtf8(isWhole ? bytes : withoutHalfCharacter(bytes)) ? 'UTF-8' : 'windows-1252';
  const transportLayerEncodingLabel = charset;
  if (kind === 'xml') return sniffEncoding(bytes, { xml: true, transportLayerEncodingLabel, defaultEncoding });
  const maxPrescanBytes = kind === 'html' ? 1024 : 0;
  return sniffEncoding(bytes, { transportLayerEncodingLabel, defaultEncoding, maxPrescanBytes });
};

const isUtf8Label = (charset: string | undefined): boolean => charset === 'utf-8' || charset === 'utf8';

const hasUtf16Mark = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

const decodeUtf8 = (given: Uint8Array, isWhole: boolean): string => {
  const bytes = isWhole ? given : withoutHalfCharacter(given);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', start);
};

/** A character that the cut went through lacks some of the bytes that its first byte announces. */
const withoutHalfCharacter = (bytes: Uint8Array): Uint8Array => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return characterBytes(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
};

const characterBytes = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2);

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<string, Decoder>();

/** Node's own decoder has ICU's tables, which are not those of the standard. */
const decoderOf = (encoding: string): Decoder => {
  const known = decoders.get(encoding);
  if (known) return known;
  const decoder = new TextDecoder(encoding);
  decoders.set(encoding, decoder);
  return decoder;
};
