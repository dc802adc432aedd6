// Which certificate authorities are trusted: Node's own, extra ones, the system's. Certificates are always checked.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { FetchError } from '../assets/fetchError';
import type { Environment } from './proxy';

export interface TrustSettings {
  /** PEM certificates trusted besides the built-in ones. */
  readonly extraCertificates: readonly string[];
  readonly useSystemCertificates: boolean;
  readonly environment: Environment;
}

type GetCertificates = (type: 'default' | 'system') => string[];

/**
 * A context that trusts the configured authorities. Building it reads hundreds of certificates (tens of milliseconds): once per engine.
 * @throws FetchError `invalidRequest` where an extra certificate is no PEM certificate
 */
export function createTrustContext(settings: TrustSettings): tls.SecureContext {
  // Added in Node 22.15; absent on the floor of 20.18.
  const { getCACertificates } = tls as { getCACertificates?: GetCertificates };
  settings.extraCertificates.forEach(checkCertificate);
  const system = settings.useSystemCertificates ? (getCACertificates?.('system') ?? []) : [];
  const added = [...settings.extraCertificates, ...system];
  // Without `ca` Node takes its own list with NODE_EXTRA_CA_CERTS; with it, only what is given.
  if (added.length === 0) return tls.createSecureContext();
  const own = getCACertificates?.('default') ?? [...tls.rootCertificates, ...readNodeExtra(settings.environment)];
  return tls.createSecureContext({ ca: [...own, ...added] });
}

/** OpenSSL passes over what it can't read; a person who gave a certificate should hear of it. */
function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    const message = 'An extra certificate could not be read. Give certificates in PEM form.';
    throw new FetchError('invalidRequest', message, { isFinal: true }, { cause: error });
  }
}

/** Node warns of an unreadable file at its start and goes on; so do we. */
function readNodeExtra(environment: Environment): string[] {
  const file = environment['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '') return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
