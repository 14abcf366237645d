import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routeNames } from '../../support/pretend-web/find-route.ts';

it('the README names every route and no other', () => {
  const readme = readFileSync(new URL('../../support/pretend-web/README.md', import.meta.url), 'utf8');
  const named = new Set([...readme.matchAll(/^\| `(\/[a-z-]+)/gm)].map((match) => match[1]));
  expect([...named].sort()).toEqual([...routeNames].sort());
});
