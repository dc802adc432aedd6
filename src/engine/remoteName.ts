// The name a file gets where the request leaves it to the server.
import { proposeFileName } from '../assets/destination';
import type { FetchRequest } from '../assets/request';
import { isSensitivePath } from '../assets/sensitivePath';
import type { Answer } from './exchange';

/**
 * Servers name files in Content-Disposition; else the address that was asked for does, or the one that answered. In folders
 * that programs obey (`.git`, `.vscode`) the server has no say.
 */
export function proposeRemoteName({ response, finalUrl }: Answer, { urls, root, path }: FetchRequest): string {
  const url = new URL(urls[0] ?? '');
  const hasExtension = /\.[^./]+$/.test(url.pathname);
  return proposeFileName({
    contentDisposition: isSensitivePath(`${root}/${path}/any`) ? [] : response.head.headers.all('content-disposition'),
    url: hasExtension ? url : finalUrl,
  });
}
