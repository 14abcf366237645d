import { describe, expect, it } from 'vitest';
import { decodeText, type TextKind } from '../../../../apps/worker/src/extract/decode-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const decode = (bytes: Uint8Array, kind: TextKind = 'html', charset?: string) => decodeText(bytes, kind, charset, true);

describe('the text of a body', () => {
  it('is UTF-8 where the header says so', () => {
    expect(decode(Buffer.from('käse €'), 'html', 'utf-8')).toBe('käse €');
  });

  it('follows the header before the document', () => {
    expect(decode(latin1('<meta charset=utf-8>k\xe4se'), 'html', 'iso-8859-1')).toBe('<meta charset=utf-8>käse');
  });

  it('follows a byte order mark before the header, and leaves it out', () => {
    expect(decode(Buffer.from('\ufeffkäse'), 'html', 'iso-8859-1')).toBe('käse');
    expect(decode(Buffer.from('\ufeffkäse'), 'html', 'utf-8')).toBe('käse');
    expect(decode(Buffer.from('\ufeffkäse', 'utf16le'), 'html', 'utf-8')).toBe('käse');
    expect(decode(Buffer.from('\ufeffkäse', 'utf16le').swap16(), 'text')).toBe('käse');
  });

  it('follows the meta element of HTML', () => {
    expect(decode(latin1('<meta charset="windows-1251">\xca\xee\xf2'))).toContain('Кот');
    expect(decode(latin1('<META http-equiv=content-type content="text/html; charset=shift_jis">\x83\x65'))).toContain(
      'テ',
    );
  });

  it('follows the declaration of XML', () => {
    expect(decode(latin1('<?xml version="1.0" encoding="iso-8859-15"?><a>\xa4</a>'), 'xml')).toContain('€');
  });

  it('does not look for a meta element in plain text', () => {
    expect(decode(Buffer.from('<meta charset="windows-1251">käse'), 'text')).toContain('käse');
  });

  it.each(['html', 'text', 'xml'] as const)('that says nothing (%s) is UTF-8 where it is valid', (kind) => {
    expect(decode(Buffer.from('käse'), kind)).toBe('käse');
  });

  it('that says nothing and is not UTF-8 is windows-1252', () => {
    expect(decode(latin1('k\xe4se \x80'))).toBe('käse €');
    expect(decode(latin1('k\xe4se \x80'), 'text')).toBe('käse €');
  });

  it.each(['no-such-charset', '', 'utf-9'])('with the unknown charset %j falls back to windows-1252', (charset) => {
    expect(decode(latin1('k\xe4se \x80'), 'html', charset)).toBe('käse €');
  });

  it.each(['replacement', 'hz-gb-2312', 'iso-2022-kr'])('in %s is one sign, as the standard wants it', (charset) => {
    expect(decode(Buffer.from('<b>'), 'html', charset)).toBe('\ufffd');
    expect(decode(Buffer.from(''), 'html', charset)).toBe('');
  });

  it('of JSON is UTF-8 whatever the header says', () => {
    expect(decode(Buffer.from('"käse"'), 'json', 'iso-8859-1')).toBe('"käse"');
  });

  it('has U+FFFD for bytes that are no text', () => {
    expect(decode(latin1('a\xffb'), 'html', 'utf-8')).toBe('a\ufffdb');
  });

  it.each([1, 2, 3])('that was cut %i bytes into a character ends before it', (cut) => {
    const bytes = Buffer.from('ab😀').subarray(0, 2 + cut);
    expect(decodeText(bytes, 'html', 'utf-8', false)).toBe('ab');
    expect(decodeText(bytes, 'text', undefined, false)).toBe('ab');
  });

  it('that was cut between characters is whole', () => {
    expect(decodeText(Buffer.from('ab😀'), 'html', 'utf-8', false)).toBe('ab😀');
    expect(decodeText(Buffer.from('käse'), 'html', 'utf-8', false)).toBe('käse');
    expect(decodeText(Buffer.alloc(0), 'html', 'utf-8', false)).toBe('');
  });
});
