#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { run } from './run.js';

// A reader that goes away (`| head`) ends the output; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  readStdin: () => text(process.stdin),
  readFile: (path) => readFile(path, 'utf8'),
  stdout: (output) => void process.stdout.write(output),
  stderr: (output) => void process.stderr.write(output),
});
