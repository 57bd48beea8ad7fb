import { paintFor } from '../src/cli/report/colors.ts';
import { sh } from '../src/containerfile/quote.ts';
import { start, type Where } from './children.ts';

const paint = paintFor(process.stdout);

/** A chapter's heading, and what it is about. */
export function chapter(title: string, ...lines: string[]): void {
  write(`\n${paint('bold', paint('cyan', title))}\n`);
  say(...lines);
}

/** The narrator's own words. */
export function say(...lines: string[]): void {
  for (const line of lines) write(`${line}\n`);
}

/** Something to look at: a file, an answer. */
export function show(text: string): void {
  for (const line of text.trimEnd().split('\n')) write(`  ${paint('dim', '│')} ${line}\n`);
}

/** The point of it all. */
export function good(text: string): void {
  write(`${paint('green', text)}\n`);
}

/** Runs a command under its own name, its output as it comes, and gives its exit code. */
export function perform(title: string, command: readonly string[], where: Where): Promise<number> {
  write(`${paint('bold', `$ ${title}`)}\n`);
  return start(command, where, 'inherit').ended;
}

/** As `perform`, for a command that is shown as it is, and has to succeed. */
export async function shell(command: readonly string[], where: Where): Promise<void> {
  const title = command.map(sh).join(' ');
  const code = await perform(title, command, where);
  if (code !== 0) throw new Error(`${title} ended with ${code}`);
}

function write(text: string): void {
  process.stdout.write(text);
}
