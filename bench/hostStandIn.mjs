// Stands in for the extension host: starts dist/worker.js in a worker thread and watches its own event loop, idle and busy.
// Plain JavaScript, so that no loader works on the thread that is measured. Prints one JSON object.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const { workerPath, url, root, stateDir, sha256, idleMs } = JSON.parse(process.argv[2]);
const NANOSECONDS_PER_MS = 1e6;

/** Watches the event loop and memory until `work` is over. */
async function watch(work) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  let rssBytes = 0;
  const look = () => (rssBytes = Math.max(rssBytes, process.memoryUsage.rss()));
  const timer = setInterval(look, 50);
  const startMs = performance.now();
  delays.enable();
  await work();
  delays.disable();
  clearInterval(timer);
  look();
  return {
    p99Ms: delays.percentile(99) / NANOSECONDS_PER_MS,
    maxMs: delays.max / NANOSECONDS_PER_MS,
    rssBytes,
    seconds: (performance.now() - startMs) / 1000,
  };
}

function fetchInWorker() {
  const worker = new Worker(workerPath);
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message) => {
      if (message.type === 'failed') reject(new Error(JSON.stringify(message.error)));
      if (message.type !== 'done') return;
      worker.postMessage({ type: 'stop' });
      resolve();
    });
    worker.postMessage({ type: 'configure', config: makeConfig() });
    worker.postMessage({ type: 'start', id: 'bench', request: makeRequest() });
  });
}

function makeConfig() {
  return {
    stateDir,
    otherStateDirs: [],
    connectionsPerFile: 8,
    connectionsPerHost: 8,
    connectionsInAll: 16,
    filesAtOnce: 8,
    retries: 5,
    connectTimeoutMs: 15_000,
    headersTimeoutMs: 30_000,
    idleTimeoutMs: 60_000,
    proxy: { url: null, authorization: null, noProxy: [], useEnvironment: false, strictSsl: true },
    extraCertificates: [],
    useSystemCertificates: true,
    userAgent: 'asset-fetch',
  };
}

function makeRequest() {
  return {
    urls: [url],
    root,
    path: 'out.bin',
    isFolder: false,
    integrity: [{ algorithm: 'sha256', digestHex: sha256 }],
    checksumUrl: null,
    headers: {},
    overwrite: 'fail',
    sizeBytes: null,
    maxSizeBytes: null,
    isExecutable: false,
    connections: null,
    source: 'person',
    allowedPrivateHosts: [],
  };
}

const idle = await watch(() => sleep(idleMs));
const busy = await watch(fetchInWorker);
console.log(JSON.stringify({ idle, busy }));
process.exit(0);
