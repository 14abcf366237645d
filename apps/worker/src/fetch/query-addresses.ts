import type { RecordWithTtl } from 'node:dns';
import type { Resolver } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import type { Address, DnsAnswer } from './dns-answer.ts';

/**
 * How long the IPv6 answer is waited for once IPv4 has come: some resolvers never answer AAAA, and each of their
 * names would cost the whole query timeout.
 */
const ipv6GraceMs = 250;

/**
 * Of each family. More are given by no honest name: a host that lists a thousand would have us knock at a thousand doors, and a
 * cache full of such names would fill the memory.
 */
const mostAddresses = 16;

type FamilyAnswer = { family: 4 | 6; records: RecordWithTtl[]; code: string };

/** A file that is there when it is looked for may have been missing a moment before. */
const mostQueries = 3;

/**
 * The addresses of a name. c-ares has one word for a resolver that refuses and for a socket that could not be opened here: the latter
 * is told apart, as EMFILE or ENFILE.
 */
export const queryAddresses = async (
  resolver: Pick<Resolver, 'resolve4' | 'resolve6'>,
  name: string,
  lackOfFiles = findLackOfFiles,
): Promise<DnsAnswer> => {
  for (let queries = 1; ; queries++) {
    const answer = await queryOnce(resolver, name);
    if (answer.kind === 'addresses' || answer.code !== 'ECONNREFUSED') return answer;
    const lack = await lackOfFiles();
    if (lack !== undefined) return { kind: 'error', code: lack };
    if (queries === mostQueries) return answer;
  }
};

/** Asks for A and AAAA at once. IPv4 goes first: a machine without IPv6 then loses no attempt on it. */
const queryOnce = async (resolver: Pick<Resolver, 'resolve4' | 'resolve6'>, name: string): Promise<DnsAnswer> => {
  const ipv6 = settled(6, resolver.resolve6(name, { ttl: true }));
  const ipv4 = await settled(4, resolver.resolve4(name, { ttl: true }));
  if (ipv4.records.length === 0) return answerOf([ipv4, await ipv6]);
  return answerOf([ipv4, await withinGrace(ipv6)]);
};

const withinGrace = (answer: Promise<FamilyAnswer>): Promise<FamilyAnswer> =>
  new Promise((resolve) => {
    const grace = setTimeout(resolve, ipv6GraceMs, noAnswer).unref();
    void answer.then((second) => {
      clearTimeout(grace);
      resolve(second);
    });
  });

const findLackOfFiles = (): Promise<string | undefined> =>
  open(devNull).then(
    async (file) => {
      await file.close();
      return undefined;
    },
    ({ code }: NodeJS.ErrnoException) => (code === 'EMFILE' || code === 'ENFILE' ? code : undefined),
  );

const noAnswer: FamilyAnswer = { family: 6, records: [], code: 'ETIMEOUT' };

const settled = (family: 4 | 6, query: Promise<RecordWithTtl[]>): Promise<FamilyAnswer> =>
  query.then(
    (records) => ({ family, records, code: '' }),
    (error: NodeJS.ErrnoException) => ({ family, records: [], code: error.code ?? 'ESERVFAIL' }),
  );

const answerOf = (answers: FamilyAnswer[]): DnsAnswer => {
  const addresses = answers.flatMap(({ family, records }) =>
    records.slice(0, mostAddresses).map(({ address }): Address => ({ address, family })),
  );
  if (addresses.length === 0) return { kind: 'error', code: errorCodeOf(answers) };
  const ttlMs = Math.min(...answers.flatMap(({ records }) => records.map(({ ttl }) => msOf(ttl))));
  return { kind: 'addresses', addresses, ttlMs };
};

/** RFC 2181 section 8: seconds with the highest of 32 bits set are none. */
const msOf = (ttl: number): number => (ttl < 2 ** 31 ? ttl * 1000 : 0);

/** A name is said not to exist only where no half of the answer is in doubt. */
const errorCodeOf = (answers: FamilyAnswer[]): string =>
  answers.map(({ code }) => code).find((code) => !noSuchName.has(code)) ?? 'ENOTFOUND';
const noSuchName: ReadonlySet<string> = new Set(['', 'ENOTFOUND', 'ENODATA', 'ENONAME', 'EBADNAME']);
