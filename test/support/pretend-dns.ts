import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type DnsRecord, type QueryType, type Question, type Rcode, readQuestion, writeAnswer } from './dns-message.ts';

/** What a name answers; a list of addresses left out is an answer without records. */
export type DnsName = {
  a?: string[];
  aaaa?: string[];
  /** Another name, which may be in the table: its records follow. */
  cname?: string;
  /** Seconds, default 60. */
  ttl?: number;
  /** Answered instead of records. */
  error?: Exclude<Rcode, 'ok'>;
  /** Query types that get no answer at all. */
  silent?: QueryType[];
  /** Answered instead of all that: any bytes, made from the query. */
  bytes?: (query: Buffer) => Buffer;
  /** Every query of a type after the first gets the answer of this one. */
  later?: DnsName;
};

export type PretendDns = {
  /** For the resolver: `127.0.0.1:port`. */
  address: string;
  /** May be changed while it runs. Names that are absent do not exist. */
  names: Record<string, DnsName>;
  /** Queries as `A name`, in the order of their arrival. */
  queries: string[];
  /** How many of them came by TCP. */
  tcpQueries: () => number;
  close: () => Promise<void>;
};

/** What fits into a datagram; resolvers ask for more by TCP. */
const mostUdpBytes = 1232;

/** A name server on loopback: answers A and AAAA from a table. */
export const startPretendDns = async (
  names: Record<string, DnsName> = {},
  { port = 0 }: { port?: number } = {},
): Promise<PretendDns> => {
  const queries: string[] = [];
  const asked = new Map<string, number>();
  let tcpQueries = 0;

  const answerTo = (query: Buffer, mostBytes: number): Buffer | undefined => {
    const question = readQuestion(query);
    const { name, type } = question;
    if (type === undefined) return undefined;
    const words = `${type} ${name}`;
    const earlier = asked.get(words) ?? 0;
    asked.set(words, earlier + 1);
    queries.push(words);
    const known = afterQueries(names[name] ?? { error: 'nxdomain' }, earlier);
    if (known.silent?.includes(type)) return undefined;
    if (known.bytes) return known.bytes(query);
    if (known.error) return writeAnswer(question, { rcode: known.error, records: [] });
    const answer = writeAnswer(question, { rcode: 'ok', records: recordsOf(names, { ...question, known }) });
    return answer.length <= mostBytes ? answer : writeAnswer(question, { rcode: 'ok', isTruncated: true, records: [] });
  };

  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    readFrames(socket, (query) => {
      tcpQueries += 1;
      const answer = answerTo(query, 65_535);
      if (answer !== undefined) socket.write(framed(answer));
    });
  });
  tcp.listen(port, '127.0.0.1');
  await once(tcp, 'listening');
  const { port: bound } = tcp.address() as AddressInfo;

  const udp = createSocket('udp4');
  udp.on('message', (query: Buffer, from: RemoteInfo) => {
    const answer = answerTo(query, mostUdpBytes);
    if (answer !== undefined) udp.send(answer, from.port, from.address);
  });
  udp.bind(bound, '127.0.0.1');
  await once(udp, 'listening');

  return {
    address: `127.0.0.1:${bound}`,
    names,
    queries,
    tcpQueries: () => tcpQueries,
    close: async () => {
      const closed = [once(tcp, 'close'), once(udp, 'close')];
      tcp.close();
      udp.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
};

/** What a name answers when it was asked so often before. */
const afterQueries = (name: DnsName, earlier: number): DnsName =>
  earlier > 0 && name.later ? afterQueries(name.later, earlier - 1) : name;

/** Follows aliases as long as they are in the table, and stops where they go round in a circle. */
const recordsOf = (
  names: Record<string, DnsName>,
  { name, type, known }: Pick<Question, 'name'> & { type: QueryType | undefined; known: DnsName },
): DnsRecord[] => {
  const records: DnsRecord[] = [];
  const seen = new Set<string>();
  let at: { name: string; is: DnsName | undefined } = { name, is: known };
  while (at.is !== undefined && !seen.has(at.name)) {
    const { a = [], aaaa = [], cname, ttl = 60 } = at.is;
    seen.add(at.name);
    const owner = at.name;
    if (cname !== undefined) records.push({ type: 'CNAME', name: owner, target: cname, ttl });
    else if (type !== undefined)
      records.push(...(type === 'A' ? a : aaaa).map((address) => ({ type, name: owner, address, ttl })));
    at = cname === undefined ? { name: '', is: undefined } : { name: cname, is: names[cname] };
  }
  return records;
};

/** By TCP, two bytes before each message say its length. */
const readFrames = (socket: Socket, take: (message: Buffer) => void): void => {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      take(held.subarray(2, end));
      held = held.subarray(end);
    }
  });
};

const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
};
