// The name a file gets where the request leaves it to the server.
import { proposeFileName } from '../assets/destination';
import type { FetchRequest } from '../assets/request';
import { isSensitiveFolder } from '../assets/sensitivePath';
import type { Answer } from './exchange';
import type { Place } from './place';

/**
 * Servers name files in Content-Disposition; else the address that was asked for does, or the one that answered. In folders
 * that programs obey (`.git`, `.vscode`) servers have no say, nor by where they redirect to.
 */
export function proposeRemoteName(
  { response, finalUrl }: Pick<Answer, 'response' | 'finalUrl'>,
  { urls }: Pick<FetchRequest, 'urls'>,
  { folder }: Pick<Place, 'folder'>,
): string {
  const url = new URL(urls[0] ?? '');
  if (isSensitiveFolder(folder)) return proposeFileName({ contentDisposition: [], url });
  const hasExtension = /\.[^./]+$/.test(url.pathname);
  return proposeFileName({
    contentDisposition: response.head.headers.all('content-disposition'),
    url,
    redirectedTo: hasExtension ? null : finalUrl,
  });
}
