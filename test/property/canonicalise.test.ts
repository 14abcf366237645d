import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalise } from '../../apps/producer/src/ingest/canonicalise.ts';

const nastyPiece = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\r',
  '\0',
  '\u001f',
  '\u007f',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc00',
  '😀',
  'é',
  'ß',
  'İ',
  '。',
  '．',
  '％',
  '／',
  '#',
  '@',
  ':',
  '?',
  '/',
  '\\',
  '..',
  '.',
  '%',
  '%00',
  '%2F',
  '%2e',
  '%zz',
  '[',
  ']',
  '[::1]',
  '<',
  '>',
  '"',
  "'",
  '`',
  '{',
  '|',
  '}',
  '^',
  '&',
  '=',
  '+',
  ';',
  ',',
  'a',
  'A',
  'xn--',
  'xn--nxasmq6b',
  '0x7f',
  '127.1',
  '256',
  '80',
  '443',
  '65536',
  'http:',
  'https://',
  'HTTP://',
  'user',
  'pass',
);
const nasty = fc.array(fc.oneof({ weight: 5, arbitrary: nastyPiece }, fc.string({ unit: 'binary', maxLength: 5 })), {
  maxLength: 12,
});
const texts = fc.oneof(
  nasty.map((pieces) => pieces.join('')),
  fc
    .tuple(fc.constantFrom('http://', 'https://', 'HtTp:\\\\', 'https:'), nasty)
    .map(([scheme, pieces]) => scheme + pieces.join('')),
  fc
    .tuple(fc.constantFrom('http://h.example/', 'https://u:p@H.example:8443/a?'), nasty)
    .map(([start, pieces]) => start + pieces.join('')),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
);

test('canonicalising a canonical URL changes nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = canonicalise(text);
      const again = once.kind === 'url' ? canonicalise(once.url) : once;
      expect(again).toEqual(once);
    }),
    { numRuns: 20_000 },
  );
});

test('a canonical URL is printable ASCII without space, fragment or credentials, and names its host', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const result = canonicalise(text);
      if (result.kind === 'invalid') return;
      expect(result.url).toMatch(/^https?:\/\/[!-~]+$/);
      expect(result.url).not.toContain('#');
      const [authority] = result.url.slice(result.url.indexOf('//') + 2).split('/');
      expect(authority).toBe(result.host);
      expect(result.host).toMatch(/^[!-~]+$/);
      expect(result.host).toBe(result.host.toLowerCase());
    }),
    { numRuns: 20_000 },
  );
});

test('fragment and credentials make no difference, the query and its order do', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'B', '1', '-', '%20'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      const plain = canonicalise(`http://h/${a}?x=${b}&y=${c}`);
      expect(canonicalise(`http://${a}:${b}@h/${a}?x=${b}&y=${c}#${c}`)).toEqual(plain);
      expect(plain).toMatchObject({ kind: 'url', url: `http://h/${a}?x=${b}&y=${c}` });
    }),
  );
});
