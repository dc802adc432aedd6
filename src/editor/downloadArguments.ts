// The argument of the command and of the API: its shape, and how it is checked. Carrying it out is downloadByArgument.ts.
import * as v from 'valibot';
import { FetchError } from '../assets/fetchError';
import { checkHeaders } from '../assets/headers';
import { combineIntegrity, parseIntegrity, type Integrity } from '../assets/integrity';
import { parseHttpUrl } from '../assets/redact';
import { overwritePolicies, type OverwritePolicy } from '../assets/request';

/** What `assetFetch.downloadFile` and the API's `download` take. */
export interface DownloadArguments {
  /** http or https. */
  readonly url: string;
  /** Other addresses of the same bytes. */
  readonly mirrors?: readonly string[];
  /** Relative to the first workspace folder, or absolute inside a workspace folder. A trailing `/` keeps the server's name. */
  readonly destination?: string;
  /** `sha256:HEX`, `sha256-BASE64`, bare hex; several separated by blanks or as a list. Every strong one must hold. */
  readonly integrity?: string | readonly string[];
  /** Default: the command asks, the API fails with `destinationExists`. */
  readonly overwrite?: OverwritePolicy | 'keep-both';
  /** Extra request headers; sent to the origin of `url` alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether to open the file in an editor afterwards. */
  readonly open?: boolean;
}

/** The same, checked. */
export interface CheckedArguments {
  readonly urls: readonly string[];
  readonly destination: string | null;
  readonly integrity: readonly Integrity[];
  readonly overwrite: OverwritePolicy | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly opens: boolean;
}

const argumentsSchema = v.object({
  url: v.string(),
  mirrors: v.optional(v.array(v.string()), []),
  destination: v.optional(v.string()),
  integrity: v.optional(v.union([v.string(), v.array(v.string())]), []),
  overwrite: v.optional(v.picklist([...overwritePolicies, 'keep-both'])),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  open: v.optional(v.boolean(), false),
});

/** @throws FetchError `invalidRequest`, `unsupportedUrl`; messages never hold the argument's values */
export function checkArguments(argument: unknown): CheckedArguments {
  const parsed = v.safeParse(argumentsSchema, argument);
  if (!parsed.success) throw new FetchError('invalidRequest', describeIssue(parsed.issues[0]));
  const { url, mirrors, destination, integrity, overwrite, headers, open } = parsed.output;
  return {
    urls: [url, ...mirrors].map((text) => parseHttpUrl(text).href),
    destination: destination ?? null,
    integrity: combineIntegrity([integrity].flat().flatMap(parseIntegrity)),
    overwrite: overwrite === 'keep-both' ? 'keepBoth' : (overwrite ?? null),
    headers: checkHeaders(headers),
    opens: open,
  };
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  if (field === null) return 'The argument has to be an object with a “url”.';
  return `“${field}” of the argument has to be ${issue.expected ?? 'something else'}.`;
}
