// The version as the bundler wrote it in.
declare const ASSET_FETCH_VERSION: string | undefined;

/** Version of package.json; `0.0.0-dev` where the sources run unbundled. */
export const version = typeof ASSET_FETCH_VERSION === 'undefined' ? '0.0.0-dev' : ASSET_FETCH_VERSION;
