import { cheapPasswordHash } from './cheap-password-hash.ts';

export const viewer = { username: 'vera', password: 'only looks' };
export const operator = { username: 'oskar', password: 'may act: ä€' };

/** The variables that tell a board of both. */
export const boardUsers = {
  TRAWL_BOARD_VIEWER: `${viewer.username}:${cheapPasswordHash(viewer.password)}`,
  TRAWL_BOARD_OPERATOR: `${operator.username}:${cheapPasswordHash(operator.password)}`,
};
