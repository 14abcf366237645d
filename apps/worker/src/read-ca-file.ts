import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** The PEM text of `--ca`; undefined where none is set. Throws a UserError for a file that holds no certificates. */
export const readCaFile = (path: string): string | undefined => {
  if (path === '') return undefined;
  try {
    const pem = readFileSync(path, 'utf8');
    checkCertificates(pem);
    return pem;
  } catch (error) {
    throw new UserError(
      `The certificates of ${path} cannot be used: ${(error as Error).message}`,
      'Check the path behind --ca (TRAWL_CA): a PEM file with the certificates of one or more authorities.',
    );
  }
};

/** OpenSSL passes over what it cannot read: the hosts of that authority would be refused, and nobody would know why. */
const checkCertificates = (pem: string): void => {
  const certificates = pem.split(/(?=-----BEGIN )/).filter((part) => part.startsWith('-----BEGIN CERTIFICATE-----'));
  if (certificates.length === 0) throw new Error('it holds no certificate in PEM');
  for (const [i, certificate] of certificates.entries()) {
    if (!isCertificate(certificate)) throw new Error(`certificate ${i + 1} of ${certificates.length} is damaged`);
  }
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
};
