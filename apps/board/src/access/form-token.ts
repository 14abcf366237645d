import { createHmac, timingSafeEqual } from 'node:crypto';

/** Proves that a form was on a page of ours that an operator was shown. */
export type FormToken = { text: string; fits: (given: unknown) => boolean };

/** @param secrets what nobody else knows; with the same ones several boards behind one name take each other's forms */
export const createFormToken = (secrets: Buffer[]): FormToken => {
  const token = createHmac('sha256', Buffer.concat(secrets)).update('forms of operators').digest();
  return {
    text: token.toString('base64url'),
    fits: (given) => {
      const found = typeof given === 'string' ? Buffer.from(given, 'base64url') : Buffer.alloc(0);
      return found.length === token.length && timingSafeEqual(found, token);
    },
  };
};
