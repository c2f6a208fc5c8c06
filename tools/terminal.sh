# Sourced by the scripts of this folder: how they speak, fail and try again.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${TAGSMITH_CACHE:-$HOME/.cache/tagsmith}

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command up to three times; for what goes over a network.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    [ "$attempt" = 3 ] || sleep $((attempt * 2))
  done
  return 1
}
