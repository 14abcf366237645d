import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readDeaths } from '../../../apps/worker/src/deaths.ts';
import { createIsolation } from '../../../apps/worker/src/isolation.ts';

/** Executions that are known by name; says who is under way. */
const worldOf = () => {
  const wishes: boolean[] = [];
  const isolation = createIsolation(() => wishes.push(isolation.isWanted()));
  const underWay = new Set<string>();
  return {
    wishes,
    enter: async (name: string, isAlone = false): Promise<void> => {
      await isolation.enter(isAlone);
      underWay.add(name);
    },
    leave: async (name: string): Promise<void> => {
      underWay.delete(name);
      isolation.leave();
      await turn();
    },
    underWay: () => [...underWay],
  };
};

test('what must be alone begins when all others have ended, and nothing begins beside it', async () => {
  const { enter, leave, underWay, wishes } = worldOf();
  await enter('a');
  await enter('b');
  void enter('suspect', true);
  void enter('another suspect', true);
  await leave('a');
  expect(underWay()).toEqual(['b']);
  await leave('b');
  expect(underWay()).toEqual(['suspect']);
  void enter('late');
  await turn();
  expect(underWay()).toEqual(['suspect']);
  await leave('suspect');
  expect(underWay()).toEqual(['late']);
  await leave('late');
  expect([underWay(), wishes.at(-1)]).toEqual([['another suspect'], true]);
  await leave('another suspect');
  await enter('c');
  await enter('d');
  expect([underWay(), wishes.at(-1)]).toEqual([['c', 'd'], false]);
});

test('a URL is condemned by deaths that it had alone, however often its neighbours took it along', () => {
  expect(readDeaths({ stalled: 2, alone: 0 })).toEqual({ isSuspected: false, isCondemned: false });
  expect(readDeaths({ stalled: 500, alone: 16 })).toEqual({ isSuspected: true, isCondemned: false });
  expect(readDeaths({ stalled: 20, alone: 17 })).toEqual({ isSuspected: true, isCondemned: true });
});
