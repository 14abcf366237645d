import { readFileSync } from 'node:fs';
import { BlockList, isIPv4 } from 'node:net';
import { expect, it } from 'vitest';
import { createAddressGuard } from '../../apps/worker/src/fetch/address-guard.ts';
import { unreachableReasons } from '../../apps/worker/src/fetch/unreachable-reasons.ts';
import { forbiddenNetworks } from '../support/forbidden-networks.ts';

const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const sectionOf = (heading: string): string => page.split(heading)[1]?.split(/\n##+ /)[0] ?? '';
const rows = sectionOf('### What is refused')
  .split('\n')
  .filter((line) => line.startsWith('| '));
const named = [...rows.join('\n').matchAll(/`([0-9a-f.:]+)(?:\/(\d+))?`/g)]
  .map(([, address = '', bits]) => ({ address, bits }))
  .filter(({ address }) => address !== '2000::');

it('every network that the page calls refused is refused', () => {
  const guard = createAddressGuard({ allowed: [] });
  expect(named.length).toBeGreaterThan(30);
  for (const { address } of named)
    expect([address, guard.refusalOf(address, 80)]).toEqual([address, 'private-address']);
});

it('every network that tests know as refused stands on the page', () => {
  const listed = new BlockList();
  for (const { address, bits } of named)
    listed.addSubnet(address, Number(bits ?? (isIPv4(address) ? 32 : 128)), isIPv4(address) ? 'ipv4' : 'ipv6');
  const notGivenOut = (address: string): boolean => !/^[23]/.test(address);
  const missing = forbiddenNetworks
    .flatMap(({ addresses }) => addresses)
    .filter((address) => !listed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'))
    .filter((address) => isIPv4(address) || !notGivenOut(address));
  expect(missing).toEqual([]);
});

it('every reason that the page gives for TLS is one of the vocabulary', () => {
  const table = sectionOf('## TLS').split('| setting')[0] ?? '';
  const reasons = [...table.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason);
  expect(reasons.length).toBeGreaterThan(6);
  for (const reason of reasons) expect(unreachableReasons).toContain(reason);
});
