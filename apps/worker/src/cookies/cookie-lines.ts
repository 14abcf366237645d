import type { KeptCookie } from './read-set-cookie.ts';

/** As the store keeps a host's cookies: no part of one holds a tab or a line break. */
export const encodeCookie = ({ expiresMs, path, name, isSecure, value }: KeptCookie): string =>
  [expiresMs, path, name, isSecure ? '1' : '0', value].join('\t');

/** @param text lines, the cookie that was set first at the top */
export const decodeCookies = (text: string): KeptCookie[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [expiresMs, path, name, secure, value] = line.split('\t') as [string, string, string, string, string];
      return { expiresMs: Number(expiresMs), path, name, isSecure: secure === '1', value };
    });
