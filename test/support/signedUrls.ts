// A path that redirects to signed URLs which expire, as object stores and release pages do.
import type { ServedObject } from './faults';
import type { FaultServer } from './faultServer';

/** `/download` redirects to `/blob?signature=N` on `storage`; expired signatures get 403. */
export class SignedUrls {
  /** The stable URL to give to a client. */
  readonly url: string;
  private issued = 0;
  private expiredUpTo = 0;

  /**
   * @param entrance answers the stable URL; @param storage serves the bytes (may be the same server).
   * @param requestsEach after so many requests a signature is expired; default: only by `expireAll()`.
   */
  constructor(
    entrance: FaultServer,
    storage: FaultServer,
    object: Pick<ServedObject, 'sizeBytes' | 'seed'> & Partial<ServedObject>,
    requestsEach = Infinity,
  ) {
    this.url = entrance.serve('/download', object);
    const blob = storage.serve('/blob', object);
    entrance.fault('/download', 'all', { redirect: { to: () => `${blob}?signature=${++this.issued}` } });
    const uses = new Map<number, number>();
    storage.fault(
      '/blob',
      ({ url }) => {
        const signature = Number(new URL(url, storage.origin).searchParams.get('signature'));
        const used = (uses.get(signature) ?? 0) + 1;
        uses.set(signature, used);
        return used > requestsEach || signature <= this.expiredUpTo;
      },
      { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>' },
    );
  }

  /** Signatures handed out so far. */
  get issuedCount(): number {
    return this.issued;
  }

  /** Every signature handed out so far answers 403 from now on. */
  expireAll(): void {
    this.expiredUpTo = this.issued;
  }
}
