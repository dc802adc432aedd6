// The real process as a command sees it: streams, signals, clock, engine.
import { homedir, tmpdir } from 'node:os';
import { exitCodes } from '../assets/exitCode';
import { FetchError } from '../assets/fetchError';
import { createLineOutput } from './lineOutput';
import { locateStateFolder } from './stateFolder';
import type { OpenEngine, Surroundings } from './surroundings';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Surroundings on this process. */
export function createProcessSurroundings(): Surroundings {
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

/** The first signal asks to stop; the second ends the process at once, with the journal as the last checkpoint left it. */
function onInterrupt(interrupt: () => void): () => void {
  let isAsked = false;
  const onSignal = (): void => {
    if (isAsked) process.exit(exitCodes.interrupted);
    isAsked = true;
    interrupt();
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return () => {
    for (const signal of stopSignals) process.off(signal, onSignal);
  };
}
