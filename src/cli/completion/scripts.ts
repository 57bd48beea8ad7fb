const bash = `# Completion of layers, for bash 3.2 and later.
_layers() {
  local words=() word line kind='' glued=''
  for word in "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}"; do
    # As it was typed: quotes and backslashes are still in it.
    word=${'$'}{word//\\\\/}
    word=${'$'}{word#[\\"\\']}
    words+=("${'$'}{word%[\\"\\']}")
  done
  # After an = bash completes what follows it.
  [[ ${'$'}{COMP_WORDS[COMP_CWORD]} == '=' || ${'$'}{COMP_WORDS[COMP_CWORD-1]} == '=' ]] && glued=1
  COMPREPLY=()
  while IFS= read -r line; do
    line=${'$'}{line%%$'\\t'*}
    if [[ -z $kind ]]; then kind=$line
    elif [[ -n $glued ]]; then COMPREPLY+=("${'$'}{line#*=}")
    else COMPREPLY+=("$line")
    fi
  done < <("${'$'}{COMP_WORDS[0]/#\\~/$HOME}" __complete "${'$'}{words[@]}" 2>/dev/null)
  case $kind in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
  esac
}
complete -F _layers layers
`;

const zsh = `#compdef layers
# Completion of layers, for zsh. Sourced after compinit, or a file _layers in a folder of fpath.
_layers() {
  local -a lines names
  local line kind
  lines=("${'$'}{(@f)$(${'$'}{(Q)~words[1]} __complete "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  kind=${'$'}{lines[1]}
  for line in "${'$'}{(@)lines[2,-1]}"; do
    # name:summary, with the colons of names escaped.
    names+=("${'$'}{${'$'}{line%%$'\\t'*}//:/\\\\:}${'$'}{${'$'}{(M)line%%$'\\t'*}:+:${'$'}{line#*$'\\t'}}")
  done
  case $kind in
    files|folders)
      # Of name=path it is the path.
      [[ $PREFIX == *=* && \${PREFIX%%=*} != */* ]] && compset -P 1 '*='
      if [[ $kind == files ]]; then _files; else _files -/; fi
      ;;
    *) _describe -V layers names ;;
  esac
}
if [[ ${'$'}{funcstack[1]} == _layers ]]; then _layers "$@"; else compdef _layers layers; fi
`;

const fish = `# Completion of layers, for fish 3.0 and later.
function __layers_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    # Of name=path it is the path.
    set -l given (string match -r -- '^[^=/]*=' "$current")
    set -l path (string replace -- "$given" '' "$current")
    switch "$lines[1]"
        case files
            string replace -r -- '^' "$given" (__fish_complete_path "$path")
        case folders
            string replace -r -- '^' "$given" (__fish_complete_directories "$path")
        case '*'
            string join \\n -- $lines[2..-1]
    end
end
complete -c layers -f -a '(__layers_complete)'
`;

/** What each shell sources. It asks `layers __complete`, so that it fits whatever version is in the PATH. */
export const SCRIPTS = { bash, zsh, fish } as const;

export type Shell = keyof typeof SCRIPTS;
