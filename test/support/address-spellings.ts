/** Every way that is known to us of writing an IPv4 address into a URL so that the URL parser reads it as that address. */
export const spellingsOfIpv4 = (address: string): Record<string, string> => {
  const bytes = address.split('.').map(Number) as [number, number, number, number];
  const [a, b, c, d] = bytes;
  const whole = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const octal = (n: number): string => `0${n.toString(8)}`;
  const dotted = (write: (byte: number) => string): string => bytes.map(write).join('.');
  return {
    dotted: address,
    decimal: String(whole),
    hexadecimal: hex(whole),
    'hexadecimal, upper case': `0X${whole.toString(16).toUpperCase()}`,
    'hexadecimal, with zeros': `0x${whole.toString(16).padStart(20, '0')}`,
    octal: octal(whole),
    'octal, with zeros': `000000${octal(whole)}`,
    'hexadecimal bytes': dotted(hex),
    'octal bytes': dotted(octal),
    'octal bytes, with zeros': dotted((byte) => octal(byte).padStart(9, '0')),
    'mixed bytes': `${hex(a)}.${b}.${octal(c)}.${d}`,
    'three parts': `${a}.${b}.${c * 256 + d}`,
    'two parts': `${a}.${(b * 256 + c) * 256 + d}`,
    'two parts, hexadecimal': `${hex(a)}.${hex((b * 256 + c) * 256 + d)}`,
    'final dot': `${address}.`,
    'decimal and final dot': `${whole}.`,
    'full-width digits': address.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    'full-width decimal': String(whole).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    'mathematical digits': address.replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
    'superscript digits': address.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] as string),
    'ideographic full stops': address.replaceAll('.', '。'),
    'full-width full stops': address.replaceAll('.', '．'),
    'half-width full stops': address.replaceAll('.', '｡'),
    'percent-encoded dots': address.replaceAll('.', '%2e'),
    'percent-encoded digits': address.replace(/\d/g, (digit) => `%3${digit}`),
    'percent-encoded ideographic full stops': address.replaceAll('.', '%E3%80%82'),
    'soft hyphens': address.replaceAll('.', '.\u00ad'),
    'zero-width spaces': address.replaceAll('.', '\u200b.'),
    'variation selectors': address.replaceAll('.', '\ufe0f.'),
    tabs: address.replaceAll('.', '.\t'),
  };
};

/** The same of IPv6, to be put between brackets. */
export const spellingsOfIpv6 = (address: string): Record<string, string> => {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const groups = groupsOf(short);
  const tail = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  const hex = groups.map((group) => group.toString(16));
  return {
    short,
    'upper case': short.toUpperCase(),
    'in full': hex.join(':'),
    'in full, with zeros': hex.map((group) => group.padStart(4, '0')).join(':'),
    'its end dotted': `${hex.slice(0, 6).join(':')}:${tail.join('.')}`,
  };
};

const groupsOf = (short: string): number[] => {
  const [before = [], after = []] = short
    .split('::')
    .map((text) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))));
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
};

/** What stands around an address or a name, to make it look like another. `path` is appended where a path may stand. */
export const disguisesOf = (host: string, path: string, another: string): Record<string, string> => ({
  plain: `http://${host}${path}`,
  'as a user': `http://${another}@${host}${path}`,
  'as user and password': `http://${another}:80@${host}${path}`,
  'as a user, encoded': `http://${another}%2f@${host}${path}`,
  'behind two at signs': `http://${another}@${another}@${host}${path}`,
  'before a fragment': `http://${host}${path}#@${another}/`,
  'before a fragment at once': `http://${host}#@${another}${path}`,
  'before a query': `http://${host}?${path}@${another}/`,
  'before a backslash': `http://${host}\\@${another}${path}`,
  'before a backslash as slash': `http:\\\\${host}\\${path}`,
  'with many slashes': `http:////${host}${path}`,
  'with one slash': `http:/${host}${path}`,
  'without slashes': `http:${host}${path}`,
  'in upper case': `HTTP://${host.toUpperCase()}${path}`,
  'with the port of HTTP': `http://${host}:80${path}`,
  'with an empty port': `http://${host}:${path}`,
  'with a port with zeros': `http://${host}:000080${path}`,
  'at another port': `http://${host}:8080${path}`,
  'by TLS': `https://${host}${path}`,
  'with a tab in the scheme': `ht\ttp://${host}${path}`,
});
