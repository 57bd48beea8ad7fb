import type { Argv } from 'yargs';
import { SCRIPTS, type Shell } from '../completion/scripts.ts';
import { type GlobalOptions, isJson } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

const INSTALL = `To have it in every new shell:

  bash  layers completion bash > ~/.local/share/bash-completion/completions/layers
        or, without the package bash-completion, in ~/.bashrc: source <(layers completion bash)
  zsh   in ~/.zshrc, after compinit: source <(layers completion zsh)
  fish  layers completion fish > ~/.config/fish/completions/layers.fish

It completes the word \`layers\`: put node_modules/.bin on the PATH where that is the only place that has it.`;

export function options(yargs: Argv) {
  return yargs
    .positional('shell', {
      choices: Object.keys(SCRIPTS) as Shell[],
      demandOption: true,
      describe: 'The shell',
    })
    .epilogue(INSTALL);
}

export function run(argv: GlobalOptions & { shell?: Shell }): void {
  const shell = argv.shell!;
  const script = SCRIPTS[shell];
  process.stdout.write(isJson(argv) ? printJsonLine({ shell, script }) : script);
}
