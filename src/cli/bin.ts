#!/usr/bin/env node
import { nodeIO } from './node-io.js';
import { run } from './run.js';

// A reader that goes away (`| head`) ends the output; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), nodeIO);
