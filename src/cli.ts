// Entry of the command line. Everything else is in cli/, loaded after the thread pool's size is settled.
import { listenForStopSignals } from './cli/stopSignals';

const onInterrupt = listenForStopSignals();

// Positioned writes, name look-ups and hashing share libuv's pool, whose four threads are few for that. It is sized when
// first used, so this comes before every part that could use it is loaded.
process.env['UV_THREADPOOL_SIZE'] ??= '8';

/** Sets the exit code rather than exiting: what is pending on stdout and stderr still goes out. */
async function run(): Promise<void> {
  const { runCommandLine } = await import('./cli/main');
  const { createProcessSurroundings } = await import('./cli/processSurroundings');
  process.exitCode = await runCommandLine(process.argv.slice(2), createProcessSurroundings(onInterrupt));
}

run().catch((error: unknown) => {
  process.exitCode = 1;
  // A defect of ours: the message alone, since a stack shows bundled code and may hold what was typed.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`asset-fetch: failed unexpectedly: ${message}\n`);
  const failure = { event: 'failed', code: 'engineCrashed', message, details: {} };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(failure)}\n`);
});
