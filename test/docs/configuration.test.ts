import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../apps/cli/src/commands/commands.ts';
import { configurationPage } from '../../docs/configuration-page.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

test('docs/configuration.md is what the tables of settings say (npm run docs writes it)', () => {
  expect(page).toBe(configurationPage());
});

test('docs/configuration.md names every command and every flag', () => {
  const flags = commands.flatMap((command) => Object.values(command.flags).map(({ flag }) => `\`--${flag}\``));
  const names = commands.map(({ name }) => `\`trawl ${name}`);
  expect([...names, ...flags].filter((word) => !page.includes(word))).toEqual([]);
});
