import assert from 'node:assert/strict';
import { defaultEngineConfig } from '../../../src/bridge/protocol';
import { toEngineConfig, type HttpSettings, type Settings } from '../../../src/editor/engineConfig';

const http: HttpSettings = {
  proxy: '',
  proxyStrictSsl: true,
  proxyAuthorization: null,
  noProxy: [],
  proxySupport: 'override',
  systemCertificates: true,
};
const settings: Settings = {
  connectionsPerFile: 8,
  connectionsPerHost: 8,
  retries: 5,
  idleTimeoutMs: 60_000,
  defaultFolder: '',
  fetchOnOpen: 'ask',
  maxSizeBytes: null,
  http,
};
const folders = { stateDir: '/state', otherStateDirs: ['/other'] };

describe('toEngineConfig', () => {
  it('is the engine’s own defaults where every setting has its default', () => {
    assert.deepEqual(toEngineConfig(settings, folders, 'asset-fetch'), { ...defaultEngineConfig, ...folders });
  });

  it('lets more connections in all where a setting asks for more', () => {
    const config = toEngineConfig({ ...settings, connectionsPerFile: 32 }, folders, 'x');
    assert.equal(config.connectionsInAll, 32);
  });

  it('hands the proxy settings of VS Code on', () => {
    const proxied = {
      ...http,
      proxy: 'http://p:3128',
      proxyAuthorization: 'Basic eA==',
      noProxy: ['*.local'],
      proxyStrictSsl: false,
    };
    assert.deepEqual(toEngineConfig({ ...settings, http: proxied }, folders, 'x').proxy, {
      url: 'http://p:3128',
      authorization: 'Basic eA==',
      noProxy: ['*.local'],
      useEnvironment: true,
      strictSsl: false,
    });
  });

  it('uses no proxy at all, the environment’s neither, with http.proxySupport off', () => {
    const off = { ...http, proxy: 'http://p:3128', proxyAuthorization: 'Basic eA==', proxySupport: 'off' };
    const { proxy } = toEngineConfig({ ...settings, http: off }, folders, 'x');
    assert.equal(proxy.url, null);
    assert.equal(proxy.authorization, null);
    assert.equal(proxy.useEnvironment, false);
  });
});
