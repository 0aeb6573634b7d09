/**
 * Runs the files that are named, one after another in this process, and prints as JSON what each of them prints. A file
 * that throws gives its error in place of the rest.
 */
import { format } from 'node:util';

const printed: string[] = [];
for (const file of process.argv.slice(2)) {
  let text = '';
  console.log = (...values: unknown[]) => {
    text += `${format(...values)}\n`;
  };
  try {
    await import(file);
  } catch (error) {
    text += `${(error as Error).stack}\n`;
  }
  printed.push(text);
}
process.stdout.write(JSON.stringify(printed), () => process.exit());
