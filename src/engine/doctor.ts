// Diagnoses a URL step by step: the way there, who answers, and what a transfer could do with the answer. Fetches no file; what
// the answer's head means is told by diagnosedAnswer.ts.
import { asFetchError, type FetchError, type FetchErrorCode } from '../assets/fetchError';
import { replaceUnprintable } from '../assets/printable';
import { displayHost, parseHttpUrl, redactUrl } from '../assets/redact';
import type { DiagnosisStep } from '../bridge/diagnosis';
import { classifyAddress, type AddressKind } from './addressPolicy';
import type { ConnectionFacts } from './connectionFacts';
import { showProxy } from './connector';
import { diagnoseAnswer } from './diagnosedAnswer';
import { resolveHost, type ResolveHost } from './dial';
import { HttpClient } from './http';
import { bareHostname } from './ipAddress';
import { asCancelled, translateDialError } from './networkErrors';
import type { NetworkOptions } from './networkOptions';
import { chooseProxy, type ProxyDecision } from './proxy';
import { openFollowing, type FollowedResponse, type RedirectHop } from './redirects';
import { settleOrAbort } from './socketStep';

/**
 * Yields what is found as it is found. Nothing is raised: a failure is a step with outcome `fail`, and the last one. The request is the
 * one that a transfer begins with (`Range: bytes=0-`, no HEAD, as signed URLs refuse it); its body is not read.
 */
export async function* diagnoseUrl(
  text: string,
  options: NetworkOptions,
  signal: AbortSignal,
  resolve: ResolveHost = resolveHost,
): AsyncGenerator<DiagnosisStep, void> {
  const client = new HttpClient(options, resolve);
  try {
    for await (const step of takeSteps(text, client, resolve, signal)) yield withoutControls(step);
  } catch (error) {
    yield withoutControls(describeFailure(asFetchError(error)));
  } finally {
    await client.dispose();
  }
}

/** Servers and certificates put words in our mouth; none of them may steer the terminal. */
function withoutControls(step: DiagnosisStep): DiagnosisStep {
  return { ...step, text: replaceUnprintable(step.text, '?') };
}

async function* takeSteps(
  text: string,
  client: HttpClient,
  resolve: ResolveHost,
  signal: AbortSignal,
): AsyncGenerator<DiagnosisStep, void> {
  const url = parseHttpUrl(text);
  yield describeUrl(url);
  const proxy = chooseProxy(url, client.options.proxy, client.options.environment);
  yield { step: 'proxy', outcome: 'ok', text: describeProxy(proxy) };
  yield await diagnoseAddresses(url, proxy, resolve, signal);
  const startMs = performance.now();
  const addressPolicy = { source: 'person', allowedPrivateHosts: [], redirectedFrom: null } as const;
  const followed = await openFollowing(client, { url, headers: { Range: 'bytes=0-' }, signal, addressPolicy });
  followed.response.abort();
  yield* diagnoseResponse(url, followed, performance.now() - startMs);
}

function describeUrl(url: URL): DiagnosisStep {
  const credentials = url.username === '' ? '' : ' Its user name and password go to that host alone.';
  const shown = `${redactUrl(url)}${url.search === '' ? '' : ' (with a query, not shown)'}.${credentials}`;
  if (url.protocol === 'https:') return { step: 'url', outcome: 'ok', text: shown };
  return {
    step: 'url',
    outcome: 'warn',
    text: `${shown} Without https anybody on the way can change the file: give a hash.`,
  };
}

function describeProxy(proxy: ProxyDecision): string {
  if (proxy.kind === 'direct') return `Directly: ${proxy.why}.`;
  const credentials =
    proxy.authorization === null && proxy.credentials === null ? 'without credentials' : 'with credentials';
  return `Through ${showProxy(proxy)}, ${credentials}: ${proxy.why}.`;
}

const MOST_SHOWN_ADDRESSES = 8;

async function diagnoseAddresses(
  url: URL,
  proxy: ProxyDecision,
  resolve: ResolveHost,
  signal: AbortSignal,
): Promise<DiagnosisStep> {
  if (proxy.kind !== 'direct') return { step: 'addresses', outcome: 'ok', text: `The proxy resolves ${url.hostname}.` };
  const hostname = bareHostname(url);
  // The system's resolver can't be called back: its answer is no longer waited for.
  const resolving = settleOrAbort<Awaited<ReturnType<ResolveHost>>>(signal, (take, fail) => {
    resolve(hostname).then(take, fail);
    return () => undefined;
  });
  const addresses = await resolving.catch((error: unknown) => {
    if (signal.aborted) throw asCancelled(signal.reason);
    throw translateDialError(error, { host: displayHost(url), proxy: null });
  });
  const shown = addresses
    .slice(0, MOST_SHOWN_ADDRESSES)
    .map(({ address }) => `${address}${describeKind(classifyAddress(address))}`);
  const more = addresses.length > shown.length ? `, and ${addresses.length - shown.length} more` : '';
  const outcome = addresses.length === 0 ? 'fail' : 'ok';
  return { step: 'addresses', outcome, text: `${hostname} is ${shown.join(', ')}${more}.` };
}

const kindHints: Readonly<Record<AddressKind, string>> = {
  public: '',
  private: ' (private network)',
  loopback: ' (this computer)',
  linkLocal: ' (link-local)',
};

function describeKind(kind: AddressKind): string {
  return kindHints[kind];
}

function* diagnoseResponse(url: URL, followed: FollowedResponse, tookMs: number): Generator<DiagnosisStep> {
  const { response, finalUrl, hops } = followed;
  const { connection } = response;
  const via = connection.proxy === null ? connection.address : `the proxy ${connection.proxy}`;
  yield { step: 'connection', outcome: 'ok', text: `Connected to ${via}; answered after ${Math.round(tookMs)} ms.` };
  yield describeTls(connection, Date.now());
  yield describeRedirects(url, finalUrl, hops);
  yield* diagnoseAnswer(url, followed);
}

const SOON_MS = 14 * 24 * 3_600_000;

function describeTls({ tls }: ConnectionFacts, nowMs: number): DiagnosisStep {
  if (tls === null) return { step: 'tls', outcome: 'warn', text: 'The connection is not encrypted.' };
  const { protocol, subject, issuer, validTo } = tls;
  const endsSoon = Date.parse(validTo) - nowMs < SOON_MS;
  const text = `${protocol}; certificate of ${subject}, issued by ${issuer}, valid to ${validTo}${endsSoon ? ' (soon)' : ''}.`;
  return { step: 'tls', outcome: endsSoon ? 'warn' : 'ok', text };
}

function describeRedirects(url: URL, finalUrl: URL, hops: readonly RedirectHop[]): DiagnosisStep {
  if (hops.length === 0) return { step: 'redirects', outcome: 'ok', text: 'None.' };
  const way = [...hops.map(({ url: from, head }) => `${redactUrl(from)} (${head.status})`), redactUrl(finalUrl)].join(
    ' → ',
  );
  const leaves = finalUrl.origin === url.origin ? '' : ' Headers that you give are not sent to the other host.';
  return { step: 'redirects', outcome: 'ok', text: `${way}.${leaves}` };
}

/** Which step a transfer would have failed at. */
const stepByCode: Partial<Record<FetchErrorCode, DiagnosisStep['step']>> = {
  unsupportedUrl: 'url',
  nameUnresolved: 'addresses',
  untrusted: 'addresses',
  tlsFailed: 'tls',
  tooManyRedirects: 'redirects',
  insecureRedirect: 'redirects',
  protocolViolation: 'answer',
};

function describeFailure(error: FetchError): DiagnosisStep {
  const fallback = error.code === 'invalidRequest' ? 'url' : 'connection';
  return { step: stepByCode[error.code] ?? fallback, outcome: 'fail', text: error.message };
}
