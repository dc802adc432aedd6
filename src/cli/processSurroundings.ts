// The real process as a command sees it: streams, clock, engine. Its signals are stopSignals.ts.
import { homedir, tmpdir } from 'node:os';
import { FetchError } from '../assets/fetchError';
import { createLineOutput } from './lineOutput';
import { locateStateFolder } from './stateFolder';
import type { OnInterrupt } from './stopSignals';
import type { OpenEngine, Surroundings } from './surroundings';

/** Surroundings on this process, whose signals `onInterrupt` hears. */
export function createProcessSurroundings(onInterrupt: OnInterrupt): Surroundings {
  const isDumbTerminal = process.env['TERM'] === 'dumb';
  return {
    stdout: createLineOutput(process.stdout, isDumbTerminal),
    stderr: createLineOutput(process.stderr, isDumbTerminal),
    env: process.env,
    machine: { platform: process.platform, arch: process.arch },
    get cwd() {
      return findWorkingFolder();
    },
    defaultStateDir: locateStateFolder({
      platform: process.platform,
      env: process.env,
      homeDir: findHome(),
      tempDir: tmpdir(),
    }),
    openEngine,
    nowMs: () => performance.now(),
    wallClockMs: () => Date.now(),
    onInterrupt,
  };
}

/** Asked for where a command needs it: another process may have removed it. Throws FetchError `localIo`. */
function findWorkingFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new FetchError('localIo', 'The working folder is gone. Change to another one, then try again.');
  }
}

/** Empty where the process has no home: no HOME, and a user id without a passwd entry. */
function findHome(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

const openEngine: OpenEngine = async (config, emit) => {
  const { TransferQueue } = await import('../engine/queue');
  return new TransferQueue(config, emit);
};
