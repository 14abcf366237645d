import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';

/** What a name answers; a list of addresses left out is an answer without records. */
export type DnsName = {
  a?: string[];
  aaaa?: string[];
  /** Seconds, default 60. */
  ttl?: number;
  /** Answered instead of records. */
  error?: 'nxdomain' | 'servfail' | 'refused';
  /** Query types that get no answer at all. */
  silent?: ('A' | 'AAAA')[];
};

export type PretendDns = {
  /** For the resolver: `127.0.0.1:port`. */
  address: string;
  /** May be changed while it runs. Names that are absent do not exist. */
  names: Record<string, DnsName>;
  /** Queries as `A name`, in the order of their arrival. */
  queries: string[];
  close: () => Promise<void>;
};

const types: Record<number, 'A' | 'AAAA'> = { 1: 'A', 28: 'AAAA' };
const rcodes = { nxdomain: 3, servfail: 2, refused: 5 };

/** A name server on loopback: answers A and AAAA over UDP from a table. */
export const startPretendDns = async (names: Record<string, DnsName> = {}): Promise<PretendDns> => {
  const socket = createSocket('udp4');
  const queries: string[] = [];
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const { name, type, questionEnd } = questionOf(query);
    const word = types[type];
    if (word === undefined) return;
    queries.push(`${word} ${name}`);
    const known = names[name] ?? { error: 'nxdomain' as const };
    if (!known.silent?.includes(word))
      socket.send(answerTo(query.subarray(0, questionEnd), known, word), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    names,
    queries,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

const questionOf = (query: Buffer): { name: string; type: number; questionEnd: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), questionEnd: at + 5 };
};

const answerTo = (question: Buffer, name: DnsName, type: 'A' | 'AAAA'): Buffer => {
  const addresses = name.error ? [] : ((type === 'A' ? name.a : name.aaaa) ?? []);
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | (name.error ? rcodes[name.error] : 0), 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...addresses.map((address) => recordOf(type, address, name.ttl ?? 60))]);
};

const recordOf = (type: 'A' | 'AAAA', address: string, ttl: number): Buffer => {
  const data = type === 'A' ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
  const head = Buffer.alloc(12);
  // A pointer to the name in the question.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type === 'A' ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

const ipv6Bytes = (address: string): Buffer => {
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const gap = 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array.from({ length: gap }, () => 0), ...groups(right)];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
};
