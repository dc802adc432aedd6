// The user settings of the VS Code that these tests run in: others than the defaults, and none that bothers a test.

/** By id. Retries are left out, since a test changes them. */
export const userSettings = {
  'assetFetch.connectionsPerFile': 7,
  'assetFetch.connectionsPerHost': 9,
  'assetFetch.idleTimeout': 61,
  'assetFetch.defaultFolder': 'assets',
  'assetFetch.maxSize': 5000,
  'assetFetch.fetchOnOpen': 'never',
} as const;
