// Settings as people write them by hand.
import assert from 'node:assert/strict';
import * as v from 'valibot';
import { fetchRequestSchema, makeRequest } from '../../../src/assets/request';
import { defaultEngineConfig, parseHostMessage } from '../../../src/bridge/protocol';
import { toEngineConfig, type HttpSettings } from '../../../src/editor/engineConfig';
import { isInRange, ranges, toHttpSettings, type RangedSetting } from '../../../src/editor/settingValues';

const unset: HttpSettings = toHttpSettings(() => undefined);

function read(values: Readonly<Record<string, unknown>>): HttpSettings {
  return toHttpSettings((name) => values[name]);
}

describe('values of settings', () => {
  it('of http are VS Code’s defaults where nothing is set', () => {
    assert.deepEqual(unset, {
      proxy: '',
      proxyStrictSsl: true,
      proxyAuthorization: null,
      noProxy: [],
      proxySupport: 'override',
      systemCertificates: true,
    });
  });

  it('of http.noProxy may be one text, as in NO_PROXY', () => {
    assert.deepEqual(read({ noProxy: 'localhost, 127.0.0.1,' }).noProxy, ['localhost', '127.0.0.1']);
    assert.deepEqual(read({ noProxy: ['*.local', 7, ' '] }).noProxy, ['*.local']);
  });

  it('of another kind count as not set, and never weaken a check', () => {
    const names = ['proxy', 'proxyStrictSSL', 'proxyAuthorization', 'noProxy', 'proxySupport', 'systemCertificates'];
    for (const wrong of [0, null, {}]) {
      assert.deepEqual(read(Object.fromEntries(names.map((name) => [name, wrong]))), unset);
    }
    assert.equal(read({ proxyStrictSSL: 'false' }).proxyStrictSsl, true);
  });

  it('make a configuration that the engine takes, whatever is in http', () => {
    const { connectionsPerFile, connectionsPerHost, retries, idleTimeoutMs } = defaultEngineConfig;
    const http = read({ proxy: 8080, noProxy: 'localhost', proxyStrictSSL: 'no' });
    const own = { connectionsPerFile, connectionsPerHost, retries, idleTimeoutMs };
    const settings = { ...own, defaultFolder: '', fetchOnOpen: 'ask', maxSizeBytes: null, http } as const;
    const config = toEngineConfig(settings, { stateDir: '/state', otherStateDirs: [] }, 'x');
    assert.notEqual(parseHostMessage({ type: 'configure', config }), null);
  });

  it('are whole numbers in the range of package.json', () => {
    for (const [name, [least, most]] of Object.entries(ranges) as [RangedSetting, readonly [number, number]][]) {
      for (const right of [least, most]) assert.ok(isInRange(name, right), name);
      for (const wrong of [least - 1, most + 1, least + 0.5, String(least), Number.NaN, null]) {
        assert.ok(!isInRange(name, wrong), `${name} ${wrong}`);
      }
    }
  });

  it('of the largest size are bytes that a request can hold', () => {
    const maxSizeBytes = ranges.maxSize[1] * 1e6;
    const request = makeRequest({ urls: ['https://example.com/'], root: '/root', path: 'a', maxSizeBytes });
    assert.ok(v.is(fetchRequestSchema, request));
  });
});
