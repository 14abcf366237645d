import { expect, test } from 'vitest';
import { canonicalise } from '../../apps/producer/src/ingest/canonicalise.ts';

test.each([
  ['http://Example.COM', 'http://example.com/', 'example.com'],
  ['  https://example.com/a b\tc\n', 'https://example.com/a%20bc', 'example.com'],
  ['http://example.com:80/', 'http://example.com/', 'example.com'],
  ['http://example.com:443/', 'http://example.com:443/', 'example.com:443'],
  ['https://user:secret@example.com/?q#top', 'https://example.com/?q', 'example.com'],
  ['https://@example.com/', 'https://example.com/', 'example.com'],
  ['https://example.com/@me?mail=a@b#', 'https://example.com/@me?mail=a@b', 'example.com'],
  ['http://h/?', 'http://h/?', 'h'],
  ['http://h/a/../b/./c', 'http://h/b/c', 'h'],
  ['http://h/%7Ea?b=%7E&a=+', 'http://h/%7Ea?b=%7E&a=+', 'h'],
  ['http://h/?b=2&a=1&b=2', 'http://h/?b=2&a=1&b=2', 'h'],
  ['http://bücher.example/ü?ü', 'http://xn--bcher-kva.example/%C3%BC?%C3%BC', 'xn--bcher-kva.example'],
  ['http://[::1]:8080/', 'http://[::1]:8080/', '[::1]:8080'],
  ['http://0X7F.1/', 'http://127.0.0.1/', '127.0.0.1'],
  ['http:\\\\h\\a', 'http://h/a', 'h'],
  ['http://h/\ud800', 'http://h/%EF%BF%BD', 'h'],
  ['http://h/?\udc00#\ud800', 'http://h/?%EF%BF%BD', 'h'],
  ['https://h:443/', 'https://h/', 'h'],
  ['https://h:80/', 'https://h:80/', 'h:80'],
  ['http://h:/', 'http://h/', 'h'],
  ['http://h:0080/', 'http://h/', 'h'],
  ['http://h:00081/', 'http://h:81/', 'h:81'],
  ['ht\ttp:\n//exa\r\nmple.com/a\tb\nc', 'http://example.com/abc', 'example.com'],
  ['\u0000\u001fhttp://h/\u0000\u0001\u007f\u0080', 'http://h/%00%01%7F%C2%80', 'h'],
  ['http://h/\u2028\u00a0', 'http://h/%E2%80%A8%C2%A0', 'h'],
  ['http:/h/a', 'http://h/a', 'h'],
  ['http:h/a', 'http://h/a', 'h'],
  ['http:////h//a', 'http://h//a', 'h'],
  ['http://h\\a\\..\\b?\\#\\', 'http://h/b?\\', 'h'],
  ['http://u\\@h/', 'http://u/@h/', 'u'],
  ['http://BÜCHER.example', 'http://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
  ['http://XN--BCHER-KVA.example', 'http://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
  ['http://faß.example', 'http://xn--fa-hia.example/', 'xn--fa-hia.example'],
  ['http://Ｅｘａｍｐｌｅ。com', 'http://example.com/', 'example.com'],
  ['http://ex\u00adam\u200bple.com', 'http://example.com/', 'example.com'],
  ['http://例え.テスト/例え', 'http://xn--r8jz45g.xn--zckzah/%E4%BE%8B%E3%81%88', 'xn--r8jz45g.xn--zckzah'],
  ['http://１２７.0.0.１/', 'http://127.0.0.1/', '127.0.0.1'],
])('%j is %s at %s', (text, url, host) => {
  expect(canonicalise(text)).toEqual({ kind: 'url', url, host });
});

test.each([
  ['', 'not-a-url'],
  ['example.com/x', 'not-a-url'],
  ['//example.com/x', 'not-a-url'],
  ['/x', 'not-a-url'],
  ['http://exa mple.com/', 'not-a-url'],
  ['http://a:b', 'not-a-url'],
  ['http://h:65536/', 'not-a-url'],
  ['http://[::g]/', 'not-a-url'],
  ['http://256.1.1.1/', 'not-a-url'],
  ['http://a%00b/', 'not-a-url'],
  ['http://a\u0000b/', 'not-a-url'],
  ['http://a\ud800b/', 'not-a-url'],
  ['http://u:p\\@h/', 'not-a-url'],
  ['http://a\u202eb/', 'not-a-url'],
  ['http://h:8 0/', 'not-a-url'],
  ['http://h:-1/', 'not-a-url'],
  ['http:', 'no-host'],
  ['http://', 'no-host'],
  [' https:///', 'no-host'],
  ['http://?q', 'no-host'],
  ['http://#f', 'no-host'],
  ['http://:80/', 'no-host'],
  ['http://user:p@/x', 'no-host'],
  ['ftp://h/', 'scheme-not-http'],
  ['mailto:a@b', 'scheme-not-http'],
  ['javascript:alert(1)', 'scheme-not-http'],
  ['file:///etc/passwd', 'scheme-not-http'],
  ['localhost:3000/x', 'scheme-not-http'],
])('%j is no URL to fetch: %s', (text, reason) => {
  expect(canonicalise(text)).toEqual({ kind: 'invalid', reason });
});

test('64 KiB is the longest URL, measured as it would be sent', () => {
  const path = (characters: number, one = 'a'): string => `http://h/${one.repeat(characters)}`;
  expect(canonicalise(path(65_536 - 9))).toMatchObject({ kind: 'url' });
  expect(canonicalise(path(65_536 - 8))).toEqual({ kind: 'invalid', reason: 'too-long' });
  expect(canonicalise(path(20_000, 'é'))).toEqual({ kind: 'invalid', reason: 'too-long' });
  expect(canonicalise(`http://h/#${'f'.repeat(100_000)}`)).toMatchObject({ kind: 'url', url: 'http://h/' });
});
