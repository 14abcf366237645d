import { expect, test } from 'vitest';
import { readAll, withSourceDirectory } from '../support/source-world.ts';

const directory = withSourceDirectory();

const readCsv = async (content: string, column = 'url') =>
  readAll({ kind: 'csv', path: await directory.write(content), column });
const linesAndUrls = async (content: string) => (await readCsv(content)).map(({ line, text }) => [line, text]);

test.each(['\n', '\r\n'])(
  'a row over several lines has the number of its first, and the next row its own (%j)',
  async (end) => {
    const rows = [
      'note,url',
      '"one',
      'two""',
      'three",http://a/',
      '',
      'x,http://b/',
      '"","http://',
      'c/"',
      'y,http://d/',
    ];
    expect(await linesAndUrls(rows.join(end))).toEqual([
      [2, 'http://a/'],
      [6, 'http://b/'],
      [7, `http://${end}c/`],
      [9, 'http://d/'],
    ]);
  },
);

test('a comma inside quotes does not end the cell', async () => {
  expect(await linesAndUrls('url,x\n"http://a/?q=1,2",3\n')).toEqual([[2, 'http://a/?q=1,2']]);
});

test('line ends of both kinds in one file end rows', async () => {
  expect(await linesAndUrls('url,x\r\nhttp://a/,1\nhttp://b/,2\r\nhttp://c/,3')).toEqual([
    [2, 'http://a/'],
    [3, 'http://b/'],
    [4, 'http://c/'],
  ]);
});

test('a stray quote inside a cell is part of it', async () => {
  expect(await linesAndUrls('note,url\n5" screen,http://a/\nx,http://b/')).toEqual([
    [2, 'http://a/'],
    [3, 'http://b/'],
  ]);
});

test.each([';', '\t'])('a file that is separated by %j is read as well', async (separator) => {
  const rows = [
    ['note', '"url"'],
    ['a, b', 'http://a/'],
    ['c', 'http://b/'],
  ].map((row) => row.join(separator));
  expect(await linesAndUrls(rows.join('\n'))).toEqual([
    [2, 'http://a/'],
    [3, 'http://b/'],
  ]);
});

test('names of columns are those of the file, also where JavaScript has a meaning for them', async () => {
  expect((await readCsv('__proto__,url\nhttp://a/,x', '__proto__')).map(({ text }) => text)).toEqual(['http://a/']);
});

test('a missing column is refused with the names that there are', async () => {
  await expect(readCsv('id,link,Notiz\n1,http://a/,x\n')).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('no column "url"'),
    remedy: 'Its columns are: "id", "link", "Notiz"',
  });
  await expect(readCsv('')).rejects.toMatchObject({ name: 'UserError', remedy: expect.stringContaining('empty') });
});

test('an open quote is refused with the line where its row began, before it has taken the whole file', async () => {
  const open = '\nurl,note\n\nhttp://a/,"x\ny"\n\nhttp://b/,"never closed\n';
  const refusal = { name: 'UserError', message: expect.stringMatching(/^The row that begins at line 7 of /) };
  await expect(readCsv(`${open}http://c/,z\n`)).rejects.toMatchObject(refusal);
  await expect(readCsv(`${open}${'http://c/,z\n'.repeat(200_000)}`)).rejects.toMatchObject(refusal);
});
