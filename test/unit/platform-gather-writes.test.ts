import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gatherWrites } from '@trawl/shared/platform/gather-writes.ts';
import { expect, test } from 'vitest';

test('what is written in one moment leaves in one piece, promises that are kept in it included', async () => {
  const pieces: string[] = [];
  const take = (text: string, done: () => void) => {
    pieces.push(text);
    done();
  };
  const socket = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => take(String(chunk), done),
    writev: (chunks, done) => take(chunks.map(({ chunk }) => String(chunk)).join(' '), done),
  });
  const write = (text: string) => {
    gatherWrites(socket);
    socket.write(text);
  };
  write('one');
  write('two');
  await Promise.resolve().then(() => write('three'));
  expect(pieces).toEqual([]);
  await setImmediate();
  expect(pieces).toEqual(['one two three']);

  write('four');
  await setImmediate();
  expect(pieces).toEqual(['one two three', 'four']);
});
