/** A known text for every charset label that `/charset` can speak; none is ASCII only. */
export const charsetSamples: Record<string, string> = {
  'utf-8': 'Grüße für 5 € – こんにちは – Привет 🙂',
  'utf-16le': 'Grüße für 5 € – こんにちは – Привет 🙂',
  'utf-16be': 'Grüße für 5 € – こんにちは – Привет 🙂',
  'windows-1252': 'Grüße für 5 € – “déjà vu”',
  'iso-8859-1': 'Grüße für 5 £ – “déjà vu”',
  'iso-8859-2': 'Zażółć gęślą jaźń',
  'iso-8859-15': 'Grüße für 5 € à Œuilly',
  'windows-1251': 'Привет, мир',
  'koi8-r': 'Привет, мир',
  shift_jis: 'こんにちは、世界',
  'euc-jp': 'こんにちは、世界',
  gbk: '你好，世界',
  gb18030: '你好，世界',
  big5: '你好，世界',
  'euc-kr': '안녕하세요, 세계',
};

export const byteOrderMarks: Record<string, Buffer> = {
  'utf-8': Buffer.from([0xef, 0xbb, 0xbf]),
  'utf-16le': Buffer.from([0xff, 0xfe]),
  'utf-16be': Buffer.from([0xfe, 0xff]),
};

/** The bytes which a decoder of this label reads as `text`. Throws where the charset lacks a character. */
export const encodeIn = (label: string, text: string): Buffer => {
  if (label === 'utf-8') return Buffer.from(text);
  if (label === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (label === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const table = tableOf(label);
  const parts = Array.from(text, (character) => {
    const bytes = table.get(character);
    if (bytes === undefined) throw new Error(`${label} has no "${character}"`);
    return bytes;
  });
  return Buffer.concat(parts);
};

const tables = new Map<string, ReadonlyMap<string, Buffer>>();

/** Node decodes these charsets but encodes none of them, so the decoder is asked for every one and two byte sequence. */
function tableOf(label: string): ReadonlyMap<string, Buffer> {
  const known = tables.get(label);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(label);
  const table = new Map<string, Buffer>();
  for (const bytes of shortSequences()) {
    const read = decoder.decode(bytes);
    if ([...read].length === 1 && read !== '\ufffd' && !table.has(read)) table.set(read, bytes);
  }
  tables.set(label, table);
  return table;
}

function* shortSequences(): Generator<Buffer> {
  for (let byte = 0; byte < 256; byte += 1) yield Buffer.from([byte]);
  for (let lead = 0x81; lead < 0xff; lead += 1)
    for (let trail = 0x40; trail < 0xff; trail += 1) yield Buffer.from([lead, trail]);
}
