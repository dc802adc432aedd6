// A worker thread that behaves as the path of each request says: `done`, `fail`, `throw`, `exit`, `silent`, `forge`, `block`;
// `once` dies the first time. Real thread, real messages; only the transfers are not.
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

let config = null;
let startedHere = 0;

const result = (path) => ({
  path,
  bytes: 3,
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  verifiedBy: 'size',
  seconds: 0.1,
  fetchedBytes: 3,
  resumedBytes: 0,
  connections: config.connectionsPerFile,
});

const behaviours = {
  done(id, path) {
    parentPort.postMessage({ type: 'started', id, name: path, key: `key-${id}`, totalBytes: 3, resumedBytes: 0 });
    parentPort.postMessage({ type: 'done', id, result: result(`/root/${path}-${startedHere}`) });
  },
  fail(id) {
    parentPort.postMessage({
      type: 'failed',
      id,
      error: { code: 'httpStatus', message: 'No.', details: { status: 404 } },
    });
  },
  throw() {
    throw new Error('a defect');
  },
  exit() {
    process.exit(3);
  },
  once(id, path) {
    const mark = `${config.stateDir}/died`;
    if (existsSync(mark)) return behaviours.done(id, path);
    writeFileSync(mark, '');
    throw new Error('a defect');
  },
  silent() {},
  forge(id) {
    parentPort.postMessage({ type: 'done', id, result: { path: 42, __proto__: { bytes: 3 } } });
  },
  block() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

parentPort.on('message', (message) => {
  switch (message.type) {
    case 'configure':
      config = message.config;
      break;
    case 'start':
      startedHere += 1;
      parentPort.postMessage({ type: 'log', level: 'info', text: `start ${message.request.path}` });
      behaviours[message.request.path](message.id, message.request.path);
      break;
    case 'cancel':
    case 'pause':
      if (config.userAgent !== 'deaf') {
        const error = { code: 'cancelled', message: message.type, details: { keptBytes: 7 } };
        parentPort.postMessage({ type: 'failed', id: message.id, error });
      }
      break;
    case 'listUnfinished':
      if (config.userAgent !== 'deaf') parentPort.postMessage({ type: 'unfinished', id: message.id, transfers: [] });
      break;
    case 'discard': {
      if (message.key === 'misunderstood') {
        const error = { code: 'invalidRequest', message: 'What?', details: {} };
        parentPort.postMessage({ type: 'failed', id: message.id, error });
      }
      const error = message.key === 'leased' ? { code: 'busy', message: 'Busy.', details: {} } : null;
      parentPort.postMessage({ type: 'discarded', id: message.id, error });
      break;
    }
    case 'readList':
      if (message.text === 'crash') throw new Error('a defect');
      if (message.text === 'forged') parentPort.postMessage({ type: 'listRead', id: message.id, reading: { list: 1 } });
      if (message.text === 'empty') {
        const list = { manifest: { assets: [] }, assets: [], problems: [] };
        parentPort.postMessage({ type: 'listRead', id: message.id, reading: { list, states: null, error: null } });
      }
      break;
    case 'stop':
      if (config.userAgent !== 'deaf') process.exit(0);
  }
});
