// The head of a response. Case-insensitive, keeps repeated fields apart. Pure; judging the values is left to others.

/** Header fields of a response, as the server sent them. */
export class ResponseHeaders {
  readonly #fields: ReadonlyMap<string, readonly string[]>;

  /** Takes `[name, value]` pairs in the order received. */
  constructor(pairs: Iterable<readonly [string, string]> = []) {
    const fields = new Map<string, string[]>();
    for (const [name, value] of pairs) {
      const key = name.toLowerCase();
      const values = fields.get(key);
      if (values === undefined) fields.set(key, [value]);
      else values.push(value);
    }
    this.#fields = fields;
  }

  /**
   * The value of a field that has one value. Null where it is missing, and where it is repeated with different values:
   * two `Location`s or two `ETag`s mean nothing. Identical repeats count as one. For list fields use `all`.
   */
  get(name: string): string | null {
    const [value, ...others] = this.all(name);
    return value !== undefined && others.every((other) => other === value) ? value : null;
  }

  /** Every value of a field in the order received; joined by `, ` they are one list (RFC 9110 §5.2). Empty: not there. */
  all(name: string): readonly string[] {
    return this.#fields.get(name.toLowerCase()) ?? [];
  }

  /** Lower-case names with all their values. */
  toRecord(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.#fields);
  }
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
}
