# What aks-bootstrap.sh and kubevirt-install.sh share: messages, and flags that are nearly right. Sourced, not run.
# shellcheck shell=bash

# Messages are wrapped at a terminal only: a log, or a program that reads them, gets each one on one line.
MESSAGE_WIDTH=0
if [ -t 2 ]; then
  MESSAGE_WIDTH=${COLUMNS:-$(stty size <&2 2>/dev/null | cut -d ' ' -f 2)}
  case $MESSAGE_WIDTH in '' | *[!0-9]*) MESSAGE_WIDTH=80 ;; esac
  [ "$MESSAGE_WIDTH" -ge 20 ] || MESSAGE_WIDTH=80
fi

say() {
  if [ "$MESSAGE_WIDTH" = 0 ]; then printf '%s\n' "$*" >&2
  else printf '%s\n' "$*" | wrapped "$MESSAGE_WIDTH" 2 >&2; fi
}

# wrapped WIDTH INDENT: breaks the lines of standard input at blanks. The lines that continue one are indented by INDENT more.
# A line of flags for copying is indented by four blanks, and stays whole.
wrapped() {
  awk -v width="$1" -v more="$2" '
    length($0) <= width || /^    +--/ { print; next }
    {
      match($0, /^ */)
      line = substr($0, 1, RLENGTH)
      next_head = sprintf("%" (RLENGTH + more) "s", "")
      words = split(substr($0, RLENGTH + 1), word, " ")
      for (n = 1; n <= words; n++) {
        if (n == 1) line = line word[n]
        else if (length(line) + 1 + length(word[n]) <= width) line = line " " word[n]
        else { print line; line = next_head word[n] }
      }
      print line
    }'
}

# nearest FLAG KNOWN...: the known flag that FLAG was probably meant to be, or nothing.
nearest() {
  local flag=$1
  shift
  printf '%s\n' "$@" | awk -v flag="$flag" '
    function distance(a, b,   i, j, before, here, least) {
      for (j = 0; j <= length(b); j++) row[j] = j
      for (i = 1; i <= length(a); i++) {
        before = row[0]
        row[0] = i
        for (j = 1; j <= length(b); j++) {
          here = row[j]
          least = before + (substr(a, i, 1) != substr(b, j, 1))
          if (row[j] + 1 < least) least = row[j] + 1
          if (row[j - 1] + 1 < least) least = row[j - 1] + 1
          row[j] = least
          before = here
        }
      }
      return row[length(b)]
    }
    BEGIN { best = int((length(flag) + 1) / 4); if (best > 3) best = 3 }
    { d = distance(flag, $0); if (d <= best && (found == "" || d < best)) { best = d; found = $0 } }
    END { if (found != "") print found }'
}

# unknown_flag FLAG KNOWN...: the words for a flag that does not exist.
unknown_flag() {
  local near
  # Other tools have a word of their own for "only show it".
  case $1 in
    --dry-run | --plan | --whatif | --what-if) near=$(printf '%s\n' "$@" | sed 1d | grep -x -e --what-if -e --dry-run | head -n 1) ;;
    *) near=$(nearest "$@") ;;
  esac
  echo "unknown flag $1${near:+; did you mean $near?}"
}
