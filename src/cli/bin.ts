#!/usr/bin/env node
import { fileError } from './io.js';
import { nodeIO } from './node-io.js';
import { run } from './run.js';

// A reader that goes away (`| head`) ends the output; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`rolecall: ${fileError(error, 'standard output', 'write').message}\n`);
  process.exit(2);
});

process.exitCode = await run(process.argv.slice(2), nodeIO);
