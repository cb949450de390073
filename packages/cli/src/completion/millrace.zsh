#compdef millrace
# Completion of millrace for zsh: put it as _millrace into a folder of $fpath, or source it after compinit.
_millrace() {
  local -a lines
  lines=("${(@f)$("${words[1]}" completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  if [[ ${lines[1]} == files ]]; then
    _files
  else
    lines=("${(@)lines[2,-1]}")
    (( ${#lines} > 0 )) && _describe -t millrace millrace lines
  fi
}
if [[ ${funcstack[1]} == _millrace ]]; then
  _millrace "$@"
else
  compdef _millrace millrace
fi
