// Loaded before the command line: asks it to stop as soon as it listens, which is before any command does.
process.on('newListener', (event) => {
  if (event === 'SIGTERM') process.nextTick(() => process.kill(process.pid, 'SIGTERM'));
});
