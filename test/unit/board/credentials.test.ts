import { readSettings } from '@trawl/shared/domain/setting.ts';
import { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import { expect, test } from 'vitest';
import { usersOfBoard } from '../../../apps/board/src/start-board.ts';
import { boardUsers } from '../../support/board-users.ts';

const read = (variables: Record<string, string>) => readSettings(boardSettings, { variables });
const usersOf = (variables: Record<string, string>) => [...usersOfBoard(read(variables).values).keys()];

test.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:80', 'board.example:3000'])(
  'a board does not listen on %s for everybody without credentials',
  (address) => {
    const why = `--listen / TRAWL_BOARD_LISTEN: ${address} can be reached from other machines`;
    expect(() => usersOf({ TRAWL_BOARD_LISTEN: address })).toThrow(why);
    expect(usersOf({ TRAWL_BOARD_LISTEN: address, ...boardUsers })).toEqual(['vera', 'oskar']);
  },
);

test('on the own machine a board needs no credentials', () => {
  expect(usersOf({ TRAWL_BOARD_LISTEN: '127.0.0.1:0' })).toEqual([]);
});

test('a board takes no plain password, and does not repeat it', () => {
  const { problems } = read({ TRAWL_BOARD_VIEWER: 'vera:s3cret' });
  expect(problems).toEqual([expect.objectContaining({ flag: 'viewer', variable: 'TRAWL_BOARD_VIEWER' })]);
  expect(JSON.stringify(problems)).not.toContain('s3cret');
});
