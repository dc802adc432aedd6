// Certificates that test servers present, all issued by the test CA in fixtures/tls. They prove nothing to anybody else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `loopback` is good for localhost, 127.0.0.1 and ::1; `otherHost` names elsewhere.test; `expired` ended in 2020. */
export type CertificateName = 'loopback' | 'otherHost' | 'expired';

const FOLDER = join(__dirname, 'fixtures', 'tls');

/** Path of a PEM file with the test CA, for `--cacert` and the like. */
export const testCaPath = join(FOLDER, 'ca.pem');

/** Paths of a certificate and its key, for servers that read them themselves. */
export function certificatePaths(name: CertificateName): { certPath: string; keyPath: string } {
  return { certPath: join(FOLDER, `${name}.pem`), keyPath: join(FOLDER, `${name}.key`) };
}

export function readCertificate(name: CertificateName): { cert: Buffer; key: Buffer } {
  const { certPath, keyPath } = certificatePaths(name);
  return { cert: readFileSync(certPath), key: readFileSync(keyPath) };
}

export function readTestCa(): string {
  return readFileSync(testCaPath, 'utf8');
}
