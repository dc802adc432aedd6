// package.json repeats defaults and names commands; nothing else would notice when they drift apart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultEngineConfig } from '../../../src/bridge/protocol';
import { ranges } from '../../../src/editor/settingValues';

interface Manifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: Record<string, { default: unknown; scope: string; minimum?: number; maximum?: number }>;
    };
    readonly commands: readonly { command: string; title: string }[];
    readonly menus: Record<string, readonly { command: string }[]>;
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { properties } = manifest.contributes.configuration;

describe('package.json', () => {
  it('has the engine’s defaults', () => {
    assert.equal(properties['assetFetch.connectionsPerFile']?.default, defaultEngineConfig.connectionsPerFile);
    assert.equal(properties['assetFetch.connectionsPerHost']?.default, defaultEngineConfig.connectionsPerHost);
    assert.equal(properties['assetFetch.retries']?.default, defaultEngineConfig.retries);
    assert.equal(properties['assetFetch.idleTimeout']?.default, defaultEngineConfig.idleTimeoutMs / 1000);
  });

  it('has the ranges that values are held to', () => {
    const ranged = Object.entries(properties).flatMap(([name, { minimum, maximum }]) =>
      minimum === undefined ? [] : [[name.replace('assetFetch.', ''), [minimum, maximum]] as const],
    );
    assert.deepEqual(Object.fromEntries(ranged), ranges);
  });

  it('C48 restricts every setting in untrusted workspaces', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual([...restrictedConfigurations].sort(), Object.keys(properties).sort());
  });

  it('C48 C19 lets no workspace decide what is fetched unasked or how large it may be', () => {
    for (const name of ['assetFetch.fetchOnOpen', 'assetFetch.maxSize']) {
      assert.equal(properties[name]?.scope, 'application', name);
    }
  });

  it('scopes no setting to a machine: a window on a server or a remote drops those of user settings', () => {
    for (const [name, { scope }] of Object.entries(properties)) assert.doesNotMatch(scope, /^machine/, name);
  });

  it('has a text in package.nls.json for every placeholder, and no text without one', () => {
    const texts = JSON.parse(readFileSync(new URL('../../../package.nls.json', import.meta.url), 'utf8')) as object;
    const placeholders = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(placeholders)].sort(), Object.keys(texts).sort());
  });

  it('names only its own commands in menus', () => {
    const commands = new Set(manifest.contributes.commands.map(({ command }) => command));
    for (const entry of Object.values(manifest.contributes.menus).flat()) assert.ok(commands.has(entry.command));
  });
});
