/** What a process is to the bench. */
export type ProcessKind = 'cli' | 'producer' | 'worker' | 'collector' | 'redis' | 'origin' | 'other';

const kinds: [ProcessKind, RegExp][] = [
  ['redis', /^(?:\S*\/)?(?:redis|valkey)-server /],
  ['origin', /^nginx: |(?:^|\/)nginx |(?:pretend|hostile)-web\/main\.ts/],
  ['producer', /apps\/producer\/src\/main\.ts/],
  ['worker', /apps\/worker\/src\/main\.ts/],
  ['collector', /apps\/collector\/src\/main\.ts/],
  ['cli', /apps\/cli\/(?:src\/main\.ts|bin\/trawl\.js)/],
];

/** `argv` as one text with spaces. */
export const kindOf = (argv: string): ProcessKind => kinds.find(([, pattern]) => pattern.test(argv))?.[0] ?? 'other';
