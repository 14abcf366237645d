import { expect, test } from 'vitest';
import { readJsonLine } from '../../apps/producer/src/source/jsonl-line.ts';

const read = (value: unknown, field = 'url') =>
  readJsonLine(typeof value === 'string' ? value : JSON.stringify(value), field);
const url = 'http://a/';

test('a line that is a JSON string is the URL, and the field may have any name', () => {
  expect(read('"http://a/"')).toEqual({ text: url });
  expect(read({ link: ` ${url} ` }, 'link')).toEqual({ text: url });
  expect(read({ 'product url': url }, 'product url')).toEqual({ text: url });
});

test.each(['', '   ', '\t\r'])('the blank line %j is no input', (line) => {
  expect(readJsonLine(line, 'url')).toBeUndefined();
});

test.each(['{', "{'url':'http://a/'}", '{"url":"http://a/"} x', '# comment', 'http://a/'])('%s is bad JSON', (line) => {
  expect(read(line)).toEqual({ text: line, problem: 'bad-json' });
});

test.each(['{}', '{"url":null}', '{"url":7}', '{"url":" "}', '{"URL":"http://a/"}', '["http://a/"]', '7', 'null'])(
  '%s names no URL',
  (line) => {
    expect(read(line)).toEqual({ text: line, problem: 'missing-url' });
  },
);

test('a field that every object inherits is missing until the line has it', () => {
  expect(read('{"x":1}', 'constructor')).toMatchObject({ problem: 'missing-url' });
  expect(read('{"x":1}', '__proto__')).toMatchObject({ problem: 'missing-url' });
  expect(read('{"__proto__":"http://a/"}', '__proto__')).toEqual({ text: url });
});

test('method, headers and body become overrides, with names as they are sent', () => {
  const line = { url, method: 'put', headers: { 'X-Id': 7, Accept: 'text/plain' }, body: 'a=1' };
  expect(read(line)?.overrides).toEqual({ method: 'PUT', headers: { 'x-id': '7', accept: 'text/plain' }, body: 'a=1' });
});

test('a body that is no string is sent as JSON, with that content type unless the line says another', () => {
  const json = { 'content-type': 'application/json' };
  expect(read({ url, body: { a: [1, null] } })?.overrides).toEqual({ headers: json, body: '{"a":[1,null]}' });
  expect(read({ url, body: false })?.overrides).toEqual({ headers: json, body: 'false' });
  const own = { 'Content-Type': 'application/ld+json' };
  expect(read({ url, headers: own, body: {} })?.overrides?.headers).toEqual({ 'content-type': 'application/ld+json' });
  expect(read({ url, body: 'text' })?.overrides).toEqual({ body: 'text' });
});

test('null is absent, and what asks for a plain GET changes nothing', () => {
  expect(read({ url, method: null, headers: null, body: null })).toEqual({ text: url });
  expect(read({ url, method: 'get', headers: {} })).toEqual({ text: url });
});

test.each([
  { method: 'CONNECT' },
  { method: 'GET\r\nX: 1' },
  { method: '' },
  { method: 7 },
  { headers: 'Accept: x' },
  { headers: ['a', 'b'] },
  { headers: { accept: null } },
  { headers: { accept: ['a'] } },
  { headers: { 'bad name': 'x' } },
  { headers: { '': 'x' } },
  { headers: { a: 'x\r\ny: z' } },
  { headers: { a: 'x\n' } },
  { headers: { 'a\r\nb': 'x' } },
  { headers: { a: 'nul\0' } },
  { headers: { a: 'beyond latin-1: \u0160' } },
  { headers: { a: 'half a character: \ud800' } },
  { headers: { a: 'control: \u0001' } },
])('%j is refused', (change) => {
  const line = JSON.stringify({ url, ...change });
  expect(readJsonLine(line, 'url')).toEqual({ text: url, problem: 'bad-override' });
});

test.each([
  'Host',
  'content-length',
  'Transfer-Encoding',
  'connection',
  'upgrade',
  'expect',
  'keep-alive',
  'TE',
  'trailer',
  'proxy-authorization',
  'Proxy-Connection',
])('the header %s is not the line to decide', (name) => {
  expect(read({ url, headers: { [name]: 'x' } })).toMatchObject({ problem: 'bad-override' });
});

test('headers that only look like forbidden ones are sent', () => {
  const headers = { 'x-host': 'a', 'content-length-hint': '1', teapot: 'x', authorization: 'Bearer t' };
  expect(read({ url, headers })?.overrides?.headers).toEqual(headers);
});

test('names that mean something to JavaScript are names of headers like others', () => {
  const overrides = read('{"url":"http://a/","headers":{"__proto__":"p","constructor":"c","toString":"t"}}')?.overrides;
  expect(Object.entries(overrides?.headers ?? {})).toEqual([
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['tostring', 't'],
  ]);
  expect(Object.getPrototypeOf(overrides?.headers)).toBe(Object.prototype);
});

test('keys that mean something to JavaScript, NUL and lone surrogates arrive in a body as they are', () => {
  const body =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"\\u0000":"\\u0000","h":"\\ud800"}';
  expect(read(`{"url":"http://a/","__proto__":{"method":"PUT"},"body":${body}}`)?.overrides).toEqual({
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('numbers in a body and in headers are sent as the line writes them', () => {
  const body = '{"id":12345678901234567890,"n":[1e400,-0,0.1234567890123456789,1e2,7],"n2":1.50}';
  const line = `{"url":"http://a/","headers":{"x-id":98765432109876543210,"x":1.5},"body":${body}}`;
  expect(read(line)?.overrides).toMatchObject({ body, headers: { 'x-id': '98765432109876543210', x: '1.5' } });
  expect(read('{"url":"http://a/","body":12345678901234567890}')?.overrides?.body).toBe('12345678901234567890');
});

test('of a key that is there twice the last one counts', () => {
  expect(read('{"url":"http://b/","method":"PUT","url":"http://a/","method":"POST"}')).toEqual({
    text: url,
    overrides: { method: 'POST' },
  });
});

test.each([
  ['x', undefined],
  ['url', 'missing-url'],
  ['method', 'bad-override'],
  ['headers', 'bad-override'],
])('endless brackets as %s are data', (key, problem) => {
  const deep = `${'{"a":['.repeat(100_000)}1e9${']}'.repeat(100_000)}`;
  const line = `{"url":"http://a/","${key}":${deep}}`;
  expect(readJsonLine(line, 'url')?.problem).toBe(problem);
});

test('a line of endless brackets is a bad line, not the end of the producer', () => {
  const line = `{"url":"http://a/","body":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  expect(readJsonLine(line, 'url')).toMatchObject({ problem: 'bad-override' });
});
