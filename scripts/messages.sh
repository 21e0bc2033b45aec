# What the scripts for people share: messages, and flags that are nearly right. Sourced, not run; by POSIX shells too.
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

# nearest FLAG KNOWN...: the known flag that FLAG was probably meant to be, or nothing. Two letters in the wrong order are one slip.
nearest() {
  printf '%s\n' "$@" | awk '
    function distance(a, b,   i, j, least) {
      for (i = 0; i <= length(a); i++) d[i, 0] = i
      for (j = 0; j <= length(b); j++) d[0, j] = j
      for (i = 1; i <= length(a); i++) for (j = 1; j <= length(b); j++) {
        least = d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1))
        if (d[i - 1, j] + 1 < least) least = d[i - 1, j] + 1
        if (d[i, j - 1] + 1 < least) least = d[i, j - 1] + 1
        if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) && substr(a, i - 1, 1) == substr(b, j, 1) && d[i - 2, j - 2] + 1 < least) least = d[i - 2, j - 2] + 1
        d[i, j] = least
      }
      return d[length(a), length(b)]
    }
    NR == 1 { flag = $0; best = int((length(flag) + 1) / 4); if (best > 3) best = 3; next }
    { n = distance(flag, $0); if (n <= best && (found == "" || n < best)) { best = n; found = $0 } }
    END { if (found != "") print found }'
}

# unknown_flag FLAG KNOWN...: the words for a flag that does not exist. In a subshell, because POSIX sh has no local variables.
unknown_flag() (
  # Other tools have a word of their own for "only show it".
  case $1 in
    --dry-run | --plan | --whatif | --what-if) near=$(printf '%s\n' "$@" | sed 1d | grep -x -e --what-if -e --dry-run | head -n 1) ;;
    *) near=$(nearest "$@") ;;
  esac
  echo "unknown flag $1${near:+; did you mean $near?}"
)
