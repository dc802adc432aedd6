// The table behind every HTTP decision: one row per case of group A that a response head decides.
import assert from 'node:assert/strict';
import { judgeResponse, type Expectation, type ResponseAction } from '../../../src/engine/responseAction';
import { ResponseHeaders } from '../../../src/engine/responseHeaders';

const ETAG = '"v1"';
const nowMs = Date.parse('2026-01-01T00:00:00Z');

const fresh: Expectation = {
  host: 'files.test',
  urlFileName: 'model.bin',
  asked: { start: 0, end: null },
  object: null,
  heldBytes: 0,
  expectedBytes: null,
  maxBytes: null,
  hasGivenHash: false,
  wasRedirected: false,
  wallClockMs: nowMs,
};
const object = { totalBytes: 150, etag: ETAG, lastModified: null, validator: { kind: 'etag', value: ETAG } as const };
const resume: Expectation = { ...fresh, asked: { start: 100, end: null }, object, heldBytes: 100 };
const whole: Expectation = { ...fresh, asked: null };

interface Row {
  readonly name: string;
  readonly expect: Expectation;
  readonly status: number;
  readonly headers?: Record<string, string | readonly string[]>;
  /** Action type, then what else must hold: `write 0-150 yes`, `fail sizeMismatch`, `fail httpStatus final`. */
  readonly action: string;
}

const part = (range: string, more: Record<string, string> = {}): Record<string, string> => ({
  'content-range': range,
  etag: ETAG,
  ...more,
});

const rows: readonly Row[] = [
  {
    name: 'A01 200 to a resume is the whole, from byte 0',
    expect: resume,
    status: 200,
    headers: { 'content-length': '150' },
    action: 'write 0-150 no',
  },
  {
    name: 'A02 200 that advertises ranges may be split',
    expect: fresh,
    status: 200,
    headers: { 'content-length': '150', 'accept-ranges': 'bytes' },
    action: 'write 0-150 maybe',
  },
  {
    name: 'first segment: 206 from byte 0',
    expect: fresh,
    status: 206,
    headers: part('bytes 0-149/150'),
    action: 'write 0-150 yes',
  },
  {
    name: 'A23 206 at the offset asked for',
    expect: resume,
    status: 206,
    headers: part('bytes 100-149/150'),
    action: 'write 100-150 yes',
  },
  {
    name: 'A04 206 at another offset',
    expect: resume,
    status: 206,
    headers: part('bytes 90-149/150'),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A04 206 that goes on behind what was asked',
    expect: { ...resume, asked: { start: 100, end: 120 } },
    status: 206,
    headers: part('bytes 100-149/150'),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A05 206 without Content-Range',
    expect: resume,
    status: 206,
    headers: { etag: ETAG },
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A05 206 with two Content-Ranges',
    expect: resume,
    status: 206,
    headers: { 'content-range': ['bytes 100-149/150', 'bytes 0-49/150'] },
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A05 multipart/byteranges',
    expect: resume,
    status: 206,
    headers: { 'content-type': 'multipart/byteranges; boundary=x' },
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A06 total at or below the last byte',
    expect: resume,
    status: 206,
    headers: part('bytes 100-199/150'),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A06 range that runs backwards',
    expect: resume,
    status: 206,
    headers: part('bytes 200-100/300'),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A06 Content-Length that contradicts the range',
    expect: resume,
    status: 206,
    headers: part('bytes 100-149/150', { 'content-length': '49' }),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A08 206 of unknown total is taken, but not split',
    expect: fresh,
    status: 206,
    headers: part('bytes 0-99/*'),
    action: 'write 0-100 no',
  },
  {
    name: 'A09 206 shorter than asked',
    expect: resume,
    status: 206,
    headers: part('bytes 100-109/150'),
    action: 'write 100-110 yes',
  },
  {
    name: 'A11 206 although no range was asked',
    expect: whole,
    status: 206,
    headers: part('bytes 0-149/150'),
    action: 'fail protocolViolation final',
  },
  {
    name: 'A14 416 that names the length on disk',
    expect: { ...resume, asked: { start: 150, end: null }, heldBytes: 150 },
    status: 416,
    headers: { 'content-range': 'bytes */150' },
    action: 'complete 150',
  },
  {
    name: 'A15 416 that names another length',
    expect: { ...resume, asked: { start: 150, end: null }, heldBytes: 150 },
    status: 416,
    headers: { 'content-range': 'bytes */140' },
    action: 'restart objectChanged',
  },
  {
    name: 'A16 416 without Content-Range, size known and held',
    expect: { ...resume, asked: { start: 150, end: null }, heldBytes: 150 },
    status: 416,
    action: 'complete 150',
  },
  {
    name: 'A16 416 without Content-Range, size unknown',
    expect: { ...resume, object: null, asked: { start: 150, end: null }, heldBytes: 150 },
    status: 416,
    action: 'restart objectChanged',
  },
  {
    name: 'A18 416 on an empty object',
    expect: fresh,
    status: 416,
    headers: { 'content-range': 'bytes */0' },
    action: 'complete 0',
  },
  {
    name: 'A18 416 on an empty object, without Content-Range',
    expect: fresh,
    status: 416,
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'A18 200 with an empty body',
    expect: fresh,
    status: 200,
    headers: { 'content-length': '0' },
    action: 'write 0-0 no',
  },
  {
    name: 'A18 416 where bytes were expected',
    expect: { ...fresh, expectedBytes: 10 },
    status: 416,
    headers: { 'content-range': 'bytes */0' },
    action: 'restart objectChanged',
  },
  {
    name: 'A24 206 of another ETag',
    expect: resume,
    status: 206,
    headers: part('bytes 100-149/150', { etag: '"v2"' }),
    action: 'restart objectChanged',
  },
  {
    name: 'A24 206 of another total',
    expect: resume,
    status: 206,
    headers: part('bytes 100-150/151'),
    action: 'restart objectChanged',
  },
  { name: 'A25 412 to a segment', expect: resume, status: 412, action: 'restart objectChanged' },
  {
    name: 'A30 another ETag, same date, a hash will decide',
    expect: { ...resume, hasGivenHash: true, object: { ...object, lastModified: 'Thu, 01 Jan 2015 00:00:00 GMT' } },
    status: 206,
    headers: part('bytes 100-149/150', { etag: '"v2"', 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }),
    action: 'write 100-150 yes',
  },
  {
    name: 'A40 another length than the manifest says',
    expect: { ...fresh, expectedBytes: 149 },
    status: 200,
    headers: { 'content-length': '150' },
    action: 'fail sizeMismatch',
  },
  {
    name: 'A40 another total than the manifest says',
    expect: { ...fresh, expectedBytes: 149 },
    status: 206,
    headers: part('bytes 0-149/150'),
    action: 'fail sizeMismatch',
  },
  {
    name: 'A42 more than the limit',
    expect: { ...fresh, maxBytes: 100 },
    status: 200,
    headers: { 'content-length': '150' },
    action: 'fail tooLarge',
  },
  { name: 'A39 no length at all', expect: fresh, status: 200, action: 'write 0-null no' },
  {
    name: 'A44 a content coding that was not asked for',
    expect: fresh,
    status: 200,
    headers: { 'content-length': '150', 'content-encoding': 'gzip' },
    action: 'fail protocolViolation final',
  },
  {
    name: 'A44 a content coding that the file name says',
    expect: { ...fresh, urlFileName: 'a.tar.gz' },
    status: 200,
    headers: { 'content-length': '150', 'accept-ranges': 'bytes', 'content-encoding': 'gzip' },
    action: 'write 0-150 no',
  },
  {
    name: 'A44 a content coding, and a hash to decide',
    expect: { ...fresh, hasGivenHash: true },
    status: 200,
    headers: { 'content-length': '150', 'content-encoding': 'gzip' },
    action: 'write 0-150 no',
  },
  {
    name: 'A44 a coded part',
    expect: resume,
    status: 206,
    headers: part('bytes 100-149/150', { 'content-encoding': 'gzip' }),
    action: 'askWithoutRange protocolViolation',
  },
  {
    name: 'C20 a chain of codings',
    expect: { ...fresh, hasGivenHash: true },
    status: 200,
    headers: { 'content-encoding': 'gzip, gzip, gzip, gzip, gzip, gzip' },
    action: 'fail protocolViolation final',
  },
  { name: 'A49 204', expect: fresh, status: 204, action: 'fail protocolViolation final' },
  { name: 'A49 205', expect: fresh, status: 205, action: 'fail protocolViolation final' },
  {
    name: 'A49 an empty 200 where a size was expected',
    expect: { ...fresh, expectedBytes: 5 },
    status: 200,
    headers: { 'content-length': '0' },
    action: 'fail sizeMismatch',
  },
  {
    name: 'A51 403 behind a redirect',
    expect: { ...resume, wasRedirected: true },
    status: 403,
    action: 'resolveAnew httpStatus',
  },
  { name: 'A51 403 without a redirect', expect: resume, status: 403, action: 'fail httpStatus' },
  { name: 'A53 304 unasked', expect: fresh, status: 304, action: 'fail protocolViolation final' },
  {
    name: 'A58 a web page in the place of an archive',
    expect: { ...fresh, urlFileName: 'tool.zip' },
    status: 200,
    headers: { 'content-length': '150', 'content-type': 'text/html; charset=utf-8' },
    action: 'fail protocolViolation final',
  },
  { name: 'A58 511', expect: fresh, status: 511, action: 'fail httpStatus' },
  {
    name: 'A54 Retry-After beyond the cap ends the transfer',
    expect: fresh,
    status: 503,
    headers: { 'retry-after': '999999999' },
    action: 'fail httpStatus final',
  },
  {
    name: 'A54 Retry-After within the cap',
    expect: fresh,
    status: 503,
    headers: { 'retry-after': '3' },
    action: 'fail httpStatus 3000',
  },
  ...[400, 404, 410, 451, 500, 501, 505].map((status): Row => ({
    name: `A57 ${status}`,
    expect: fresh,
    status,
    action: 'fail httpStatus',
  })),
];

describe('judgeResponse', () => {
  for (const { name, expect, status, headers, action } of rows) {
    it(name, () => {
      const pairs = Object.entries(headers ?? {}).flatMap(([key, value]) =>
        [value].flat().map((one): [string, string] => [key, one]),
      );
      const judged = judgeResponse({ status, headers: new ResponseHeaders(pairs) }, expect);
      assert.ok(describeAction(judged).startsWith(action), `${describeAction(judged)} instead of ${action}`);
    });
  }
});

function describeAction(action: ResponseAction): string {
  switch (action.type) {
    case 'write':
      return `write ${action.start}-${action.end} ${action.allowsRanges}`;
    case 'complete':
      return `complete ${action.totalBytes}`;
    default: {
      const { code, details } = action.error;
      const extra = details.isFinal ? ' final' : details.retryAfterMs === undefined ? '' : ` ${details.retryAfterMs}`;
      return `${action.type} ${code}${extra}`;
    }
  }
}
