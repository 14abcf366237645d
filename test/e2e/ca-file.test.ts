import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCaFile } from '../../apps/worker/src/read-ca-file.ts';
import { startTrawlCommand } from '../support/trawl-command.ts';

const pemOf = (name: string): string =>
  readFileSync(new URL(`../support/hostile-web/certificates/${name}.pem`, import.meta.url), 'utf8');
const authority = pemOf('authority');
const garbage = '-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n';

const fileWith = async (text: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'trawl-ca-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'ca.pem');
  await writeFile(path, text);
  return path;
};

const errorOf = (path: string): UserError => {
  try {
    readCaFile(path);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('the file of authorities', () => {
  test('is none where none is set', () => {
    expect(readCaFile('')).toBeUndefined();
  });

  test.each([
    ['one certificate', authority],
    ['several', authority + pemOf('self-signed')],
    ['words around them', `Our own authority\n${authority}\nthe end\n`],
    ['line ends of Windows', authority.replaceAll('\n', '\r\n')],
  ])('may hold %s', async (_, text) => {
    expect(readCaFile(await fileWith(text))).toBe(text);
  });

  test.each([
    ['nothing', '', 'it holds no certificate in PEM'],
    ['a key', pemOf('key'), 'it holds no certificate in PEM'],
    ['bytes of another format', '\x30\x82\x01\x0a', 'it holds no certificate in PEM'],
    ['garbage', garbage, 'certificate 1 of 1 is damaged'],
    ['garbage behind a certificate', authority + garbage, 'certificate 2 of 2 is damaged'],
    ['half a certificate', authority.slice(0, authority.length / 2), 'certificate 1 of 1 is damaged'],
  ])('with %s is refused, with what is wrong', async (_, text, problem) => {
    const path = await fileWith(text);
    const { message, remedy } = errorOf(path);
    expect(message).toBe(`The certificates of ${path} cannot be used: ${problem}`);
    expect(remedy).toContain('--ca (TRAWL_CA)');
  });

  test('that is not there, or is a directory, is refused', () => {
    expect(errorOf('/nonexistent/ca.pem').message).toContain('/nonexistent/ca.pem cannot be used: ENOENT');
    expect(errorOf(tmpdir()).message).toContain('EISDIR');
  });

  test('ends a worker with code 2 before it looks for Redis', async () => {
    const { ended } = startTrawlCommand(['worker', '--ca', 'nothing.pem'], { REDIS_URL: 'redis://127.0.0.1:1' });
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain('The certificates of nothing.pem cannot be used: ENOENT');
    expect(stderr).toContain('--ca (TRAWL_CA)');
  });
});
