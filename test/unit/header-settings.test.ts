import { crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';
import { expect, test } from 'vitest';

const read = (...lines: string[]) => readSettings(crawlSettings, { flags: { header: lines } });
const problemOf = (...lines: string[]) => read(...lines).problems.map(({ flag, message }) => `--${flag}: ${message}`);

test.each([
  ['X-Id: 7', 'x-id', '7'],
  ['accept :\ttext/html, */* ', 'accept', 'text/html, */*'],
  ['x:', 'x', ''],
  ['x: a:b', 'x', 'a:b'],
  ['x: käse \u{1f600}\u2028', 'x', 'käse \u{1f600}\u2028'],
  ['__proto__: p', '__proto__', 'p'],
  ['Cookie: a=1', 'cookie', 'a=1'],
])('%j is a header', (line, name, value) => {
  expect(Object.entries(read(line).values.headers)).toEqual([[name, value]]);
});

test.each([
  'Host',
  'Content-Length',
  'transfer-encoding',
  'Connection',
  'upgrade',
  'expect',
  'keep-alive',
  'TE',
  'trailer',
  'proxy-authorization',
  'HTTP2-Settings',
])('%s is refused by its name, beside good ones', (name) => {
  expect(problemOf('accept: x', `${name}: secret`)).toEqual([
    `--header: "${name}" is not for a crawl to give: the URL, the body or the connection decide it`,
  ]);
});

test.each(['x: a\rb', 'x: a\r\nHost: b', 'x: a\nb', 'x: nul\0', 'x: \u0001', 'x: \u007f', 'x: \ud800'])(
  '%j cannot be sent',
  (line) => {
    expect(problemOf(line)).toEqual([
      '--header: the value of "x" holds a line break, another control character or half a character',
    ]);
  },
);

test.each(['no colon', ': x', 'bad name: x', 'a\r\nb: x', 'ä: x', ''])('%j is no header', (line) => {
  expect(problemOf(line)).toEqual([
    expect.stringContaining('--header: expected "Name: value" with a valid header name'),
  ]);
});

test('a variable holds one header a line', () => {
  const { values } = readSettings(crawlSettings, { variables: { TRAWL_HEADER: 'a: 1\nb: 2' } });
  expect(values.headers).toEqual({ a: '1', b: '2' });
});

test.each(['Trawl\r\nHost: x', 'Trawl\0', '', '\ud800'])('the user agent %j cannot be sent', (given) => {
  const { problems } = readSettings(crawlSettings, { flags: { 'user-agent': given } });
  expect(problems).toMatchObject([{ flag: 'user-agent', message: expect.stringContaining('without a line break') }]);
});
