/** The types of query that workers send. */
export type QueryType = 'A' | 'AAAA';

export type Question = { name: string; type: QueryType | undefined; bytes: Buffer };

export type DnsRecord = { name: string; ttl: number } & (
  | { type: QueryType; address: string }
  | { type: 'CNAME'; target: string }
);

const rcodes = { ok: 0, servfail: 2, nxdomain: 3, refused: 5 };
export type Rcode = keyof typeof rcodes;

const queryTypes: Record<number, QueryType> = { 1: 'A', 28: 'AAAA' };
const numberOf = { A: 1, CNAME: 5, AAAA: 28 };

/** RFC 1035. `bytes` are head and question, without what follows (EDNS). */
export const readQuestion = (query: Buffer): Question => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = queryTypes[query.readUInt16BE(at + 1)];
  return { name: labels.join('.').toLowerCase(), type, bytes: query.subarray(0, at + 5) };
};

export const writeAnswer = (
  question: Question,
  answer: { rcode: Rcode; isTruncated?: boolean; records: readonly DnsRecord[] },
): Buffer => {
  const head = Buffer.from(question.bytes);
  head.writeUInt16BE(0x8180 | (answer.isTruncated ? 0x0200 : 0) | rcodes[answer.rcode], 2);
  head.writeUInt16BE(answer.records.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...answer.records.map(writeRecord)]);
};

const writeRecord = (record: DnsRecord): Buffer => {
  const data = dataOf(record);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(numberOf[record.type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([writeName(record.name), fixed, data]);
};

const dataOf = (record: DnsRecord): Buffer => {
  if (record.type === 'CNAME') return writeName(record.target);
  return record.type === 'A' ? Buffer.from(record.address.split('.').map(Number)) : ipv6Bytes(record.address);
};

const writeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);

const ipv6Bytes = (address: string): Buffer => {
  // The URL parser writes every address in hexadecimal groups.
  const groupsOf = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(left), groupsOf(right)];
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Buffer.from([...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff]));
};
