import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** The PEM text of `--ca`; undefined where none is set. Throws a UserError for a file that holds no certificates. */
export const readCaFile = (path: string): string | undefined => {
  if (path === '') return undefined;
  try {
    const pem = readFileSync(path, 'utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM');
    createSecureContext({ ca: pem });
    return pem;
  } catch (error) {
    throw new UserError(
      `The certificates of ${path} cannot be used: ${(error as Error).message}`,
      'Check the path behind --ca (TRAWL_CA): a PEM file with the certificates of one or more authorities.',
    );
  }
};
