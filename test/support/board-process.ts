import { freePort } from '@trawl/shared/platform/free-port.ts';
import { hashPassword } from '@trawl/shared/platform/password-hash.ts';
import type { startFleetWorld } from './fleet-world.ts';
import { until } from './until.ts';

export const viewer = { username: 'vera', password: 'only looks' };
export const operator = { username: 'oskar', password: 'may act: ä€' };

/** A board as a process of a fleet, with a viewer and an operator. Resolves once it answers. */
export const startBoardProcess = async (
  world: Awaited<ReturnType<typeof startFleetWorld>>,
): Promise<{ url: string }> => {
  const port = await freePort();
  const [viewerHash, operatorHash] = await Promise.all(
    [viewer, operator].map(({ password }) => hashPassword(password)),
  );
  world.start('board', ['--listen', `127.0.0.1:${port}`], {
    TRAWL_BOARD_VIEWER: `${viewer.username}:${viewerHash}`,
    TRAWL_BOARD_OPERATOR: `${operator.username}:${operatorHash}`,
  });
  const url = `http://127.0.0.1:${port}`;
  await until(() =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { url };
};
