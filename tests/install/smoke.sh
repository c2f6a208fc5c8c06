#!/bin/sh
# What an installed program does, said in full: tests compare it with smoke.txt. Needs a shell and nothing
# else, runs in an empty folder and leaves its files there.
#
#   smoke.sh PREFIX      where bin/tagsmith is
set -u
unset LD_LIBRARY_PATH
export LC_ALL=C.UTF-8
prefix=$1
PATH=$prefix/bin:/usr/bin:/bin

say() { printf '\n== %s\n' "$*"; }
run() {
  say "$@"
  "$@" 2>&1
  code=$?
  [ $code = 0 ] || echo "exit code $code"
}

say tagsmith --version
tagsmith --version 2>&1 | sed 's/^\(commit\|build\|tz database\|SQLite\|OpenSSL\) .*/\1 .../'

printf 'user_id,level,seen\nann,VIP2,2025-11-21T23:30:00Z\nbob,,2025-11-21T12:00:00Z\n' >users.csv
cat >rules.json <<'RULES'
[{"tag_id": 1, "name": "vip", "rule": "level in ('VIP2', 'VIP3')"},
 {"tag_id": 2, "name": "seen today", "rule": "seen >= today()"}]
RULES
table="users=select user_id, level, cast(seen as timestamptz) as seen from 'users.csv'"
run tagsmith eval --rules rules.json --table "$table" --as-of 2025-11-22 --out utc.csv
run cat utc.csv
run tagsmith eval --rules rules.json --table "$table" --as-of 2025-11-22 --zone Asia/Shanghai --out china.csv
[ ! -e china.csv ] || run cat china.csv

run tagsmith generate --users 20 --out warehouse
run tagsmith columns warehouse/v1 --samples 1

run tagsmith init seed --example seed
cd seed || exit 1
run tagsmith validate
run tagsmith test
run tagsmith run --as-of 2025-11-22 --started-at 2025-11-22T06:00:00 --actor smoke
run tagsmith tags list
run tagsmith users "has_tag('vip') and not has_tag('young')" --count
run tagsmith why user_0000014 vip --as-of 2025-11-22
