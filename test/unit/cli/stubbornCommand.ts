// A process that is asked to stop and goes on, for the test of the second request.
import { createProcessSurroundings } from '../../../src/cli/processSurroundings';
import { listenForStopSignals } from '../../../src/cli/stopSignals';

const { onInterrupt, stdout } = createProcessSurroundings(listenForStopSignals());
onInterrupt(() => stdout.writeLine('{"event":"asked"}'));
setInterval(() => undefined, 1000);
stdout.writeLine('{"event":"ready"}');
