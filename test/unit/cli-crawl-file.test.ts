import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runFlags } from '../../apps/cli/src/commands/flags.ts';
import { readCrawlFile } from '../../apps/cli/src/crawl-file/read-crawl-file.ts';
import { readScheduleBlock } from '../../apps/cli/src/crawl-file/schedule-block.ts';

const read = (...lines: string[]) =>
  readCrawlFile(runFlags, { name: 'crawl.yaml', path: '/crawls/crawl.yaml', text: lines.join('\n') });

test('every flag is a key, and its value is taken as its text', () => {
  const { file, problems } = read(
    'per-host: 3',
    'patience: 30m',
    'keep-duplicates: yes',
    'user-agent: 007',
    'rate: 200/s',
  );
  expect(problems).toEqual([]);
  expect(file).toEqual({
    'per-host': '3',
    patience: '30m',
    'keep-duplicates': 'yes',
    'user-agent': '007',
    rate: '200/s',
  });
});

test('the source is a path, a list of URLs, or keys of its own', () => {
  expect(read('source: lists/a.txt').sourceWords).toEqual(['/crawls/lists/a.txt']);
  expect(read('source: [https://a.example/, https://b.example/]').sourceWords).toEqual([
    'https://a.example/',
    'https://b.example/',
  ]);
  expect(read('source:', '  path: "-"').sourceWords).toEqual(['-']);
  expect(read('source:', '  path: a.csv', '  kind: csv', '  column: link')).toMatchObject({
    sourceWords: ['/crawls/a.csv'],
    file: { format: 'csv', column: 'link' },
    problems: [],
  });
});

test('paths are relative to the file', () => {
  expect(read('out: a.jsonl').file).toEqual({ out: '/crawls/a.jsonl' });
  expect(read('out: "-"').file).toEqual({ out: '-' });
  expect(read('ca: our.pem', 'redis-ca: ../redis.pem').file).toEqual({
    ca: '/crawls/our.pem',
    'redis-ca': '/redis.pem',
  });
});

test('a header that is not for a crawl to give is refused by file and line', () => {
  expect(read('per-host: 1', 'header:', '  accept: x', '  Host: h').problems).toEqual([
    'crawl.yaml:2: header: "Host" is not for a crawl to give: the URL, the body or the connection decide it',
  ]);
});

test('what stands below a header, without end too, is not taken for its value', () => {
  for (const value of ['{x: {y: z}}', '{x: [y]}', '&a {x: *a}'])
    expect(read(`header: ${value}`).problems).toEqual([
      'crawl.yaml:1: header: expected "Name: value" with a valid header name, got ["x"]',
    ]);
});

test('a few lines of aliases do not become a million', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} {x: *a${i}, y: *a${i}}`);
  expect(read('a0: &a0 {x: 1}', ...lines, 'header: *a30').problems).toHaveLength(32);
});

test('a file of endless brackets is refused in a few words', () => {
  const deep = `header: ${'{a: '.repeat(20_000)}${'}'.repeat(20_000)}`;
  expect(read(deep).problems[0]).toBe('crawl.yaml:1: nested too deeply');
  expect(read(deep).problems.join('').length).toBeLessThan(500);
});

test('headers are lines of a mapping', () => {
  expect(read('header:', '  accept: text/html', '  x-count: 1').file).toEqual({
    header: ['accept: text/html', 'x-count: 1'],
  });
});

test('all problems come at once, each with its line', () => {
  const { problems } = read(
    '# politeness',
    'per-host: abc',
    '',
    'rat: 5/s',
    'source:',
    '  colum: x',
    'patience: 30',
    'timeout:',
  );
  expect(problems).toEqual([
    'crawl.yaml:2: per-host: expected a whole number 1..100000, got "abc"',
    'crawl.yaml:4: rat: unknown key (did you mean rate?)',
    'crawl.yaml:6: source.colum: unknown key (did you mean column?)',
    expect.stringMatching(/^crawl\.yaml:7: patience: expected a duration .*, got "30"$/),
    'crawl.yaml:8: timeout: expected a value, found none',
  ]);
});

test('a key of the source at the top is told where it belongs', () => {
  expect(read('column: link').problems).toEqual([
    'crawl.yaml:1: column: unknown key (did you mean column, below source?)',
  ]);
  expect(read('crawl: other.yaml').problems).toHaveLength(1);
});

test('keys that mean something to JavaScript are keys like others', () => {
  expect(read('__proto__: 1', 'constructor: 2', 'toString: 3').problems).toEqual([
    'crawl.yaml:1: __proto__: unknown key',
    'crawl.yaml:2: constructor: unknown key',
    'crawl.yaml:3: toString: unknown key',
  ]);
});

test('broken YAML is reported with its line', () => {
  expect(read('per-host: 3', 'rate: [1').problems[0]).toMatch(/^crawl\.yaml:2: /);
  expect(read('per-host: 3', 'per-host: 4').problems[0]).toMatch(/^crawl\.yaml:2: .*unique/);
  expect(read('just words').problems).toEqual(['crawl.yaml:1: expected lines like `key: value`']);
});

test('an empty file says nothing', () => {
  expect(read('# nothing yet')).toMatchObject({ sourceWords: [], problems: [] });
  expect(read('# nothing yet').file).toEqual({});
});

test('an alias stands for what it names', () => {
  expect(read('backoff: &short 2s', 'backoff-cap: *short').file).toEqual({ backoff: '2s', 'backoff-cap': '2s' });
});

test.each(['competitor-monitor', 'product-pages', 'site-monitor', 'api-report'])(
  'the example %s has no problem, and recurs',
  (name) => {
    const text = readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');
    const { problems, sourceWords, schedule } = readCrawlFile(runFlags, { name, path: `/examples/${name}.yaml`, text });
    expect(problems).toEqual([]);
    expect(sourceWords).toEqual([expect.stringContaining(`/examples/${name}.`)]);
    expect(schedule && readScheduleBlock(schedule, 0).problems).toEqual([]);
  },
);
