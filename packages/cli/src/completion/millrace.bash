# Completion of millrace for bash: put it into ~/.local/share/bash-completion/completions/millrace, or source it.
_millrace() {
  local word rest trimmed current tail kept='' breaks='' kind='' line i
  local -a words=()
  COMPREPLY=()
  # bash also splits at : and =; what was typed as one word is put together again.
  rest=$COMP_LINE
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    if ((i > 0)) && [[ $trimmed == "$rest" ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    rest=${trimmed#"$word"}
  done
  current=${words[${#words[@]} - 1]}
  [[ $current == [\"\']* ]] && return
  # bash replaces only what stands behind the last : or =.
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
  if [[ -n $breaks ]]; then
    tail=${current##*[$breaks]}
    kept=${current%"$tail"}
  fi
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    else
      line=${line#"$kept"}
      # Quoted, so that no name is more than a word; a comma is none of the shell's business.
      [[ $line == *[!A-Za-z0-9_./:@%+=,-]* ]] && line=$(printf '%q' "$line")
      COMPREPLY+=("$line")
    fi
  done < <("${COMP_WORDS[0]}" completion bash -- "${words[@]:1}" 2>/dev/null)
  if [[ $kind == files ]]; then
    compopt -o default 2>/dev/null
  fi
}
complete -F _millrace millrace
