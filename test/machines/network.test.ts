import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ip } from '../support/machines/ip-command.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Cut, createNetwork, type Machine, type Network } from '../support/machines/network.ts';
import { makeFilesDir, namespacesMadeBy, namespacesOf } from '../support/machines/network-names.ts';
import { runOnMachine } from '../support/machines/run-on-machine.ts';
import { until } from '../support/until.ts';
import { leftBehind, whatIsOpen } from '../support/what-is-open.ts';

const { title, areMissing } = await machinesHere();

/** Connects from one machine to the other and says what came of it: `ok`, an error's code, or `silence`. */
const connecting = (to: string) => `
  const socket = require('net').connect({ host: '${to}', port: 7 });
  const say = (word) => { console.log(word); process.exit(0); };
  socket.on('connect', () => say('ok')).on('error', (error) => say(error.code));
  setTimeout(say, 300, 'silence');
`;
const listening = `require('net').createServer((socket) => socket.end()).listen(7, () => console.log('listening'))`;

describe.skipIf(areMissing)(`${title}`, () => {
  let network: Network;
  let [one, other]: Machine[] = [];

  const run = (machine: Machine | undefined, code: string) => {
    if (machine === undefined) throw new Error('no machine');
    return runOnMachine(machine, [process.execPath, '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  };
  const firstWord = async (child: ReturnType<typeof run>): Promise<string> => {
    const [words] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return words.toString().trim();
  };
  const reach = (): Promise<string> => firstWord(run(one, connecting(other?.addresses.fleet ?? '')));

  beforeEach(async () => {
    network = await createNetwork();
    [one, other] = [await network.addMachine('one', ['fleet', 'web']), await network.addMachine('other', ['fleet'])];
  });
  afterEach(() => network?.remove());

  test.each<Cut>(['silent', 'unplugged'])('reach each other, but not while one is cut off (%s)', async (how) => {
    expect(await firstWord(run(other, listening))).toBe('listening');
    expect(await reach()).toBe('ok');
    await network.cut(one as Machine, ['fleet'], how);
    expect(await reach()).not.toBe('ok');
    await network.mend(one as Machine, ['fleet']);
    await until(async () => (await reach()) === 'ok');
  });

  test('are gone when their network is removed, with all that ran on them', async () => {
    const before = await whatIsOpen();
    const child = run(other, listening);
    await firstWord(child);
    const ended = once(child, 'exit');
    await network.remove();
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(await namespacesMadeBy(process.pid)).toEqual([]);
    expect(leftBehind(before, await whatIsOpen())).toEqual([]);
    expect(leftBehind(await whatIsOpen(), before)).toContain('3 x network namespace');
  });

  test('are removed by the next one when their owner was killed', async () => {
    const killed = `trawl-${4_194_305}-1-left`; // above the greatest pid of Linux
    await ip('netns', 'add', killed);
    const files = await makeFilesDir(`trawl-${4_194_305}-1-`);
    const next = await createNetwork();
    expect(await namespacesOf(killed)).toEqual([]);
    await expect(access(files)).rejects.toThrow('ENOENT');
    await next.remove();
  });
});
