// What tests of the network layer share: a client with short limits, and requests with little to say.
import { HttpClient, type HttpRequest } from '../../../src/engine/http';
import type { HttpResponse } from '../../../src/engine/httpResponse';
import type { NetworkOptions } from '../../../src/engine/networkOptions';
import type { AddressPolicy } from '../../../src/engine/addressPolicy';
import type { ResolveHost } from '../../../src/engine/dial';

export const person: AddressPolicy = { source: 'person', allowedPrivateHosts: [], redirectedFrom: null };

export const noProxySettings: NetworkOptions['proxy'] = {
  url: null,
  authorization: null,
  noProxy: [],
  useEnvironment: false,
  strictSsl: true,
};

export function networkOptions(options: Partial<NetworkOptions> = {}): NetworkOptions {
  return {
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    proxy: noProxySettings,
    environment: {},
    extraCertificates: [],
    useSystemCertificates: false,
    userAgent: 'asset-fetch/test',
    ...options,
  };
}

const openClients = new Set<HttpClient>();

export function makeClient(options: Partial<NetworkOptions> = {}, resolve?: ResolveHost): HttpClient {
  const client = new HttpClient(networkOptions(options), resolve);
  openClients.add(client);
  return client;
}

/** For `afterEach`. */
export async function disposeClients(): Promise<void> {
  await Promise.all([...openClients].map((client) => client.dispose()));
  openClients.clear();
}

export function ask(url: string, request: Partial<HttpRequest> = {}): HttpRequest {
  return { url: new URL(url), headers: {}, signal: new AbortController().signal, addressPolicy: person, ...request };
}

/** The whole body and how it ended. */
export async function readAll(response: HttpResponse): Promise<{ end: string; body: Buffer }> {
  const chunks: Buffer[] = [];
  const end = await response.read((chunk) => void chunks.push(chunk));
  return { end, body: Buffer.concat(chunks) };
}

/** For `assert.rejects`: an error with this code, whose message matches. */
export function failsWith(code: string, message = /./): (error: unknown) => boolean {
  return (error) => {
    const { code: actual, message: text } = error as { code?: string; message?: string };
    if (actual !== code) throw new Error(`expected ${code}, got ${actual}: ${text}`, { cause: error });
    if (!message.test(text ?? '')) throw new Error(`message does not match ${message}: ${text}`);
    return true;
  };
}
