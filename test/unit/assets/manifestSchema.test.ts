import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseManifest } from '../../../src/assets/manifest';
import { problemCodes } from '../../../src/assets/manifestProblems';

/** The part of draft-07 that the schema uses; what it does not know makes `validates` throw. */
interface Schema {
  readonly [keyword: string]: unknown;
}

const schema = JSON.parse(readFileSync('schemas/asset-fetch.schema.json', 'utf8')) as Schema;

const ANNOTATIONS =
  'title description default examples defaultSnippets definitions $schema allowComments allowTrailingCommas';
const annotations = new Set([...ANNOTATIONS.split(' '), 'patternErrorMessage']);

type Check = (value: unknown, argument: never, all: Schema) => boolean;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const checks: Record<string, Check> = {
  $ref: (value, name: string) =>
    validates(value, (schema['definitions'] as Record<string, Schema>)[name.split('/')[2]!]!),
  type: (value, type: string) =>
    type === 'array'
      ? Array.isArray(value)
      : type === 'object'
        ? isObject(value)
        : type === 'integer'
          ? Number.isInteger(value)
          : typeof value === type,
  const: (value, wanted) => value === wanted,
  required: (value, names: string[]) => !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (value, fields: Record<string, Schema>) =>
    !isObject(value) ||
    Object.entries(fields).every(([name, field]) => !Object.hasOwn(value, name) || validates(value[name], field)),
  additionalProperties: (value, _, all) =>
    !isObject(value) || Object.keys(value).every((name) => Object.hasOwn(all['properties'] as object, name)),
  oneOf: (value, choices: Schema[]) => choices.filter((choice) => validates(value, choice)).length === 1,
  items: (value, item: Schema) => !Array.isArray(value) || value.every((element) => validates(element, item)),
  minItems: (value, least: number) => !Array.isArray(value) || value.length >= least,
  minLength: (value, least: number) => typeof value !== 'string' || value.length >= least,
  minimum: (value, least: number) => typeof value !== 'number' || value >= least,
  maximum: (value, most: number) => typeof value !== 'number' || value <= most,
  pattern: (value, pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
};

function validates(value: unknown, against: Schema): boolean {
  return Object.entries(against).every(([keyword, argument]) => {
    if (annotations.has(keyword)) return true;
    const check = checks[keyword];
    assert.ok(check, `unknown keyword ${keyword}`);
    return check(value, argument as never, against);
  });
}

/** What a schema cannot say, or says more simply: the parser alone tells these. */
const beyondSchema = new Set(
  [
    'missingHash weakHash unsafePath sensitivePath pathCollision nestedPath credentialsInUrl unstableUrl unknownPlatform',
  ].flatMap((names) => names.split(' ')),
);

describe('schemas/asset-fetch.schema.json', () => {
  const good = { path: 'a', url: 'https://h.org/a' };
  const assets: [unknown, boolean][] = [
    [good, true],
    [{ path: 'a', urls: ['https://h.org/a', 'HTTP://m.org/a'] }, true],
    [{ ...good, integrity: `sha256:${'0'.repeat(64)}`, size: 0, executable: false, platforms: ['linux-x64'] }, true],
    [{ ...good, size: Number.MAX_SAFE_INTEGER }, true],
    [{}, false],
    ['a', false],
    [null, false],
    [[], false],
    [{ path: 'a' }, false],
    [{ url: 'https://h.org/a' }, false],
    [{ ...good, path: 1 }, false],
    [{ ...good, url: null }, false],
    [{ ...good, urls: ['https://h.org/a'] }, false],
    [{ path: 'a', urls: [] }, false],
    [{ path: 'a', urls: 'https://h.org/a' }, false],
    [{ path: 'a', urls: [1] }, false],
    [{ ...good, url: 'ftp://h.org/a' }, false],
    [{ ...good, url: 'h.org/a' }, false],
    [{ ...good, url: 'https://h.org/\n' }, false],
    [{ ...good, integrity: '' }, false],
    [{ ...good, integrity: [] }, false],
    [{ ...good, integrity: 1 }, false],
    [{ ...good, size: -1 }, false],
    [{ ...good, size: 0.5 }, false],
    [{ ...good, size: '1' }, false],
    [{ ...good, size: 2 ** 53 }, false],
    [{ ...good, executable: 1 }, false],
    [{ ...good, platforms: [] }, false],
    [{ ...good, platforms: 'linux' }, false],
    [{ ...good, platforms: [null] }, false],
    [{ ...good, sha256: 'x' }, false],
  ];
  const documents: [unknown, boolean][] = [
    [{ version: 1, assets: [] }, true],
    [{ $schema: 'x', version: 1, assets: [] }, true],
    [{ version: 2, assets: [] }, false],
    [{ version: '1', assets: [] }, false],
    [{ version: 1 }, false],
    [{ assets: [] }, false],
    [{ version: 1, assets: {} }, false],
    [{ $schema: 1, version: 1, assets: [] }, false],
    [{ version: 1, assets: [], more: 1 }, false],
    [[], false],
    [1, false],
    ...assets.map(([asset, isValid]): [unknown, boolean] => [{ version: 1, assets: [asset] }, isValid]),
  ];
  for (const [document, isValid] of documents) {
    it(`agrees with the parser that ${JSON.stringify(document)} is ${isValid ? 'sound' : 'not sound'}`, () => {
      const told = parseManifest(JSON.stringify(document)).problems.filter(({ code }) => !beyondSchema.has(code));
      assert.equal(told.length === 0, isValid, `parser: ${JSON.stringify(told)}`);
      assert.equal(validates(document, schema), isValid, 'schema');
    });
  }

  it('describes every field and lets comments and trailing commas pass', () => {
    const definitions = schema['definitions'] as { asset: { properties: Record<string, { description?: string }> } };
    for (const [name, field] of Object.entries(definitions.asset.properties)) assert.ok(field.description, name);
    assert.equal(schema['allowTrailingCommas'], true);
  });

  it('offers snippets whose bodies are sound once filled in', () => {
    const definitions = schema['definitions'] as { asset: { defaultSnippets: { body: object }[] } };
    for (const { body } of definitions.asset.defaultSnippets) {
      const filled = JSON.stringify(body)
        .replace(/"\^\$\{\d:(\d+)\}"/g, '$1')
        .replace(/\$\{\d:HEX\}/g, '0'.repeat(64))
        .replace(/\$\{\d:([^}]*)\}/g, '$1');
      assert.equal(parseManifest(`{"version":1,"assets":[${filled}]}`).assets.length, 1, filled);
    }
  });

  it('is told apart from the parser by codes that exist', () => {
    for (const code of beyondSchema) assert.ok((problemCodes as readonly string[]).includes(code), code);
  });
});
