import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { permissionFor } from '../../../apps/board/src/bull-board/allowed-actions.ts';

type Routes = { appRoutes: { api: { method: string; route: string }[] } };

/** Everything that the board's version of Bull Board can do. */
const boards = createRequire(new URL('../../../apps/board/package.json', import.meta.url));
const { appRoutes } = boards('@bull-board/api/dist/routes.js') as Routes;
const actions = appRoutes.api.map(({ method, route }) => `${method} ${route}`);
const changes = actions.filter((action) => !action.startsWith('get '));

test('an operator may brake the queues and promote a job of fetch, and nothing else', () => {
  const allowed = changes.filter((action) => permissionFor({ action, queue: 'fetch' }, 'operator').allowed);
  expect(allowed.sort()).toEqual([
    'put /api/queues/:queueName/:jobId/promote',
    'put /api/queues/:queueName/concurrency',
    'put /api/queues/:queueName/pause',
    'put /api/queues/:queueName/rate-limit',
    'put /api/queues/:queueName/rate-limit/release',
    'put /api/queues/:queueName/resume',
    'put /api/queues/pause',
    'put /api/queues/resume',
  ]);
  expect(
    permissionFor({ action: 'put /api/queues/:queueName/:jobId/promote', queue: 'control' }, 'operator').allowed,
  ).toBe(false);
});

test('a viewer may look at everything and change nothing', () => {
  const allowed = actions.filter((action) => permissionFor({ action, queue: 'fetch' }, 'viewer').allowed);
  expect(allowed).toEqual(actions.filter((action) => action.startsWith('get ')));
});

test('every action of this version that is denied has a reason of its own', () => {
  const reasons = changes.map((action) => permissionFor({ action, queue: 'fetch' }, 'operator'));
  expect(reasons.filter((one) => !one.allowed && /not among/.test(one.reason))).toEqual([]);
});

test('what a later version adds is denied', () => {
  expect(permissionFor({ action: 'put /api/queues/:queueName/explode', queue: 'fetch' }, 'operator').allowed).toBe(
    false,
  );
});
