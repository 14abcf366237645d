import { type HostileCase, hostile, ok } from '../hostile-case.ts';
import { answer, bytesOf, says } from '../replies.ts';

type Document = { name: string; type?: string; body: string | Uint8Array; text: string | undefined };

const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const mark = { utf8: '\xef\xbb\xbf', le: '\xff\xfe', be: '\xfe\xff' };

/** Bytes, what is said of them, and the text that they are. */
const documents: Document[] = [
  { name: 'UTF-8 by header', type: 'text/html; charset=utf-8', body: 'K\xc3\xa4se', text: 'Käse' },
  {
    name: 'UTF-8 by BOM, against the header',
    type: 'text/html; charset=iso-8859-1',
    body: `${mark.utf8}K\xc3\xa4se`,
    text: 'Käse',
  },
  { name: 'UTF-16LE by BOM', type: 'text/html', body: bytesOf([mark.le, utf16le('Käse')]), text: 'Käse' },
  {
    name: 'UTF-16BE by BOM',
    type: 'text/html; charset=utf-8',
    body: bytesOf([mark.be, utf16be('Käse')]),
    text: 'Käse',
  },
  { name: 'UTF-16LE by header', type: 'text/plain; charset=utf-16le', body: utf16le('Käse'), text: 'Käse' },
  { name: 'utf-16, which means LE', type: 'text/plain; charset=utf-16', body: utf16le('Käse'), text: 'Käse' },
  {
    name: 'Latin-1, which means windows-1252',
    type: 'text/html; charset=iso-8859-1',
    body: '\x80 \x93K\xe4se\x94',
    text: '€ “Käse”',
  },
  {
    name: 'ASCII, which means windows-1252',
    type: 'text/plain; charset=us-ascii',
    body: 'K\xe4se \x85',
    text: 'Käse …',
  },
  { name: 'windows-1252 by default', type: 'text/html', body: 'K\xe4se \x99', text: 'Käse ™' },
  { name: 'UTF-8 without a word', type: 'text/html', body: 'K\xc3\xa4se', text: 'Käse' },
  {
    name: 'a meta element',
    type: 'text/html',
    body: '<meta charset="koi8-r">\xeb\xcf\xd4',
    text: '<meta charset="koi8-r">Кот',
  },
  {
    name: 'a meta element in capitals',
    type: 'text/html',
    body: '<META CHARSET=SHIFT_JIS>\x93\xfa\x96{',
    text: '<META CHARSET=SHIFT_JIS>日本',
  },
  {
    name: 'a meta element of the old form',
    type: 'text/html',
    body: '<meta http-equiv="content-type" content="text/html; charset=windows-1251">\xca\xee\xf2',
    text: '<meta http-equiv="content-type" content="text/html; charset=windows-1251">Кот',
  },
  {
    name: 'a meta element in a comment, which is none',
    type: 'text/html',
    body: '<!-- <meta charset=koi8-r> -->\xe4',
    text: '<!-- <meta charset=koi8-r> -->ä',
  },
  {
    name: 'a meta element against the header',
    type: 'text/html; charset=windows-1252',
    body: '<meta charset=koi8-r>\xe4',
    text: '<meta charset=koi8-r>ä',
  },
  {
    name: 'a meta element that says utf-16, which means UTF-8',
    type: 'text/html',
    body: '<meta charset=utf-16>K\xc3\xa4se',
    text: '<meta charset=utf-16>Käse',
  },
  {
    name: 'a meta element beyond 1024 bytes, which is none',
    type: 'text/html',
    body: `${' '.repeat(1100)}<meta charset=koi8-r>\xe4`,
    text: `${' '.repeat(1100)}<meta charset=koi8-r>ä`,
  },
  {
    name: 'an XML declaration',
    type: 'application/xml',
    body: '<?xml version="1.0" encoding="iso-8859-2"?><a>\xb1</a>',
    text: '<?xml version="1.0" encoding="iso-8859-2"?><a>ą</a>',
  },
  { name: 'Shift_JIS', type: 'text/html; charset=Shift_JIS', body: '\x93\xfa\x96{\x8c\xea', text: '日本語' },
  { name: 'EUC-JP', type: 'text/html; charset=euc-jp', body: '\xc6\xfc\xcb\xdc', text: '日本' },
  { name: 'ISO-2022-JP', type: 'text/html; charset=iso-2022-jp', body: '\x1b$BF|K\\\x1b(B', text: '日本' },
  { name: 'EUC-KR', type: 'text/html; charset=euc-kr', body: '\xc7\xd1\xb1\xdb', text: '한글' },
  { name: 'ks_c_5601-1987', type: 'text/html; charset=ks_c_5601-1987', body: '\xc7\xd1', text: '한' },
  { name: 'Big5', type: 'text/html; charset=big5', body: '\xa4\xa4\xa4\xe5', text: '中文' },
  { name: 'Big5 with signs of Hong Kong', type: 'text/html; charset=big5-hkscs', body: '\x88\x62', text: 'Ê̄' },
  { name: 'GBK', type: 'text/html; charset=gb2312', body: '\xd6\xd0\xce\xc4', text: '中文' },
  { name: 'GB18030', type: 'text/html; charset=gb18030', body: '\x81\x30\x81\x30\xd6\xd0', text: '\x80中' },
  { name: 'windows-1251', type: 'text/html; charset=cp1251', body: '\xca\xee\xf2', text: 'Кот' },
  { name: 'windows-1253', type: 'text/html; charset=windows-1253', body: '\xe1\xe2\xe3', text: 'αβγ' },
  { name: 'windows-1254 by the name of Latin-5', type: 'text/html; charset=iso-8859-9', body: '\xfe\xfd', text: 'şı' },
  { name: 'windows-1255', type: 'text/html; charset=windows-1255', body: '\xf9\xec', text: 'של' },
  { name: 'windows-874', type: 'text/html; charset=tis-620', body: '\xa1', text: 'ก' },
  { name: 'ISO-8859-15', type: 'text/html; charset=iso-8859-15', body: '\xa4', text: '€' },
  { name: 'ISO-8859-16', type: 'text/html; charset=iso-8859-16', body: '\xa4\xaa', text: '€Ș' },
  { name: 'KOI8-U', type: 'text/html; charset=koi8-u', body: '\xa4', text: 'є' },
  { name: 'macintosh', type: 'text/html; charset=macintosh', body: '\x8a', text: 'ä' },
  { name: 'x-mac-cyrillic', type: 'text/html; charset=x-mac-cyrillic', body: '\x80', text: 'А' },
  { name: 'IBM866', type: 'text/html; charset=ibm866', body: '\x80', text: 'А' },
  { name: 'x-user-defined', type: 'text/html; charset=x-user-defined', body: 'a\x80', text: 'a\uf780' },
  { name: 'replacement', type: 'text/html; charset=iso-2022-kr', body: 'abc', text: '\ufffd' },
  { name: 'utf-7, which is none', type: 'text/html; charset=utf-7', body: '+AKM-', text: '+AKM-' },
  { name: 'an unknown charset', type: 'text/html; charset=klingon', body: 'K\xc3\xa4se', text: 'Käse' },
  { name: 'an empty charset', type: 'text/html; charset=', body: 'K\xe4se', text: 'Käse' },
  { name: 'a charset in quotes', type: 'text/html; charset="UTF-8"', body: 'K\xc3\xa4se', text: 'Käse' },
  { name: 'a charset in single quotes', type: "text/html; charset='utf-8'", body: 'K\xc3\xa4se', text: 'Käse' },
  { name: 'two charsets: the first counts', type: 'text/html; charset=koi8-r; charset=utf-8', body: '\xeb', text: 'К' },
  { name: 'a charset in capitals with blanks', type: 'TEXT/HTML ; CHARSET = Windows-1251', body: '\xca', text: 'К' },
  { name: 'bytes that are no UTF-8', type: 'text/html; charset=utf-8', body: 'a\xff\xfeb\xc3', text: 'a��b�' },
  { name: 'surrogates in UTF-8', type: 'text/html; charset=utf-8', body: '\xed\xa0\x80', text: '���' },
  { name: 'half a surrogate in UTF-16', type: 'text/html; charset=utf-16le', body: '\x00\xd8a\x00', text: '�a' },
  { name: 'a NUL', type: 'text/plain; charset=utf-8', body: 'a\0b', text: 'a\0b' },
  { name: 'JSON', type: 'application/json', body: '{"a": "K\xc3\xa4se"}', text: '{"a": "Käse"}' },
  { name: 'JSON with a BOM', type: 'application/json', body: `${mark.utf8}{"a": 1}`, text: '{"a": 1}' },
  {
    name: 'JSON that says it is Latin-1',
    type: 'application/json; charset=iso-8859-1',
    body: '{"a": "K\xc3\xa4se"}',
    text: '{"a": "Käse"}',
  },
  {
    name: 'JSON in UTF-16 with a BOM',
    type: 'application/json',
    body: bytesOf([mark.le, utf16le('{"a": 1}')]),
    text: '{"a": 1}',
  },
  {
    name: 'JSON with a prototype key',
    type: 'application/json',
    body: '{"__proto__": {"x": 1}, "constructor": 2}',
    text: '{"__proto__": {"x": 1}, "constructor": 2}',
  },
  { name: 'JSON that is none', type: 'application/json', body: '<html>', text: '"<html>"' },
  {
    name: 'JSON of 5000 brackets',
    type: 'application/json',
    body: `${'['.repeat(5000)}${']'.repeat(5000)}`,
    text: `${'['.repeat(5000)}${']'.repeat(5000)}`,
  },
  { name: 'no type at all', body: 'text', text: undefined },
  { name: 'an image', type: 'image/png', body: '\x89PNG', text: undefined },
  { name: 'a type of nonsense', type: ';;;', body: 'text', text: undefined },
  {
    name: 'a very long type',
    type: `text/html; ${'x'.repeat(20_000)}; charset=utf-8`,
    body: 'K\xc3\xa4se',
    text: 'Käse',
  },
];

export const content: HostileCase[] = documents.map(({ name, type, body, text }) =>
  hostile({
    name: `content/${name}`,
    host: says(answer(200, type === undefined ? {} : { 'content-type': type }, body)),
    settings: { bodies: 'inline' },
    ends: ok,
    text: text ?? null,
  }),
);
