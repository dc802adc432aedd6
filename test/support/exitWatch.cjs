// A mocha plugin: a run that is over and yet stays alive has left something open. Says what, and fails instead of hanging.
'use strict';
const { setTimeout } = require('node:timers');

const graceMs = 20_000;

exports.mochaHooks = {
  afterAll() {
    // Not referenced: it fires only where something else keeps the process alive.
    setTimeout(() => {
      console.error(`The tests are over but something was left open: ${process.getActiveResourcesInfo().join(', ')}`);
      process.exit(1);
    }, graceMs).unref();
  },
};
