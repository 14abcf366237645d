import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readRobots } from '../../../apps/worker/src/robots/read-robots.ts';
import { createRobotsParser, isAllowed, type RobotsRules } from '../../../apps/worker/src/robots/robots-rules.ts';

const atOnce = (text: string): RobotsRules => {
  const parser = createRobotsParser('Trawl');
  parser.take(text);
  return parser.rules();
};
const shapeOf = ({ rules }: RobotsRules) => rules.map(({ allows, pattern }) => [allows, pattern.length]);
const halfMegabyteOf = (line: string): string => line.repeat(Math.ceil((512 * 1024) / Buffer.byteLength(line)));

test('a byte order mark is none of the text', async () => {
  const rules = await readRobots(Buffer.from('\ufeffuser-agent: *\ndisallow: /'), 'Trawl');
  expect(isAllowed(rules, new URL('http://h.example/x').href)).toBe(false);
});

test.each([
  'disallow: /käse\n',
  'disallow: /käse\r',
  'disallow: /käse\r\n',
  'disallow: /käse with a line of 4 kB #'.padEnd(4000, 'ä').concat('\n'),
])('a long file says the same in slices as at once (%#)', async (line) => {
  const text = `user-agent: *\n${halfMegabyteOf(line)}allow: /last`;
  const rules = await readRobots(Buffer.from(text), 'Trawl');
  expect(shapeOf(rules)).toEqual(shapeOf(atOnce(text)));
  expect(rules.rules.at(-1)?.allows).toBe(true);
});

test('the event loop goes round while a long file is read, and does not for a short one', async () => {
  const roundsWhile = async (text: string): Promise<number> => {
    let rounds = 0;
    let isRead = false;
    const reading = readRobots(Buffer.from(text), 'Trawl').then(() => {
      isRead = true;
    });
    await Promise.resolve();
    await Promise.resolve();
    while (!isRead) {
      await nextRound();
      rounds++;
    }
    await reading;
    return rounds;
  };
  expect(await roundsWhile('user-agent: *\ndisallow: /a\n')).toBeLessThan(2);
  expect(await roundsWhile(halfMegabyteOf('\n'))).toBeGreaterThan(20);
});
