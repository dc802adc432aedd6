// Runs VS Code's server and ends it, with all that it started, when the process that asked for it is gone.
// Called as: node serverProcess.mjs SERVER_MAIN ARGS…, as leader of its process group, with a pipe as stdin.
import { pathToFileURL } from 'node:url';

// The pipe closes when its other end dies, however it dies. Extension hosts would run on for three hours.
process.stdin.on('end', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'));
process.stdin.resume();

const [serverMain] = process.argv.splice(2, 1);
process.argv[1] = serverMain;
await import(pathToFileURL(serverMain).href);
