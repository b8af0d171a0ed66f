#!/usr/bin/env bash
# demo.sh: the main job against the bundled simulator, in both languages, and what it leaves.
set -euo pipefail
cd "$(dirname "$0")/.."
BUILD=${BUILD:-$PWD/build}
dir=$(mktemp -d "${TMPDIR:-/tmp}/custody-demo.XXXXXX")
sim=
trap '[ -n "$sim" ] && kill "$sim" 2>/dev/null; true' EXIT
say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
show() { printf '\033[2m$ %s\033[0m\n' "$*"; }

say "A simulated WeCom tenant 模拟的企业微信租户"
"$BUILD/custody-sim" wecom --scale small --seed 7 --port 0 --dir "$dir" --speed fast > "$dir/sim.log" 2>&1 &
sim=$!
for _ in $(seq 200); do grep -q '^listening' "$dir/sim.log" && break; sleep 0.1; done
cat "$dir/sim.log"
printf 'configuration: %s\n' "$dir/custody.conf"

say "Export 导出"
show "custody -c custody.conf export acme"
"$BUILD/custody" -c "$dir/custody.conf" --lang en --progress plain export acme
archive=$dir/store/acme-00000001.tar.gz

say "Verify 验证"
show "custody verify --trust trust.conf acme-00000001.tar.gz"
"$BUILD/custody" --lang en verify --trust "$dir/trust.conf" "$archive"
show "custody --lang zh verify …"
"$BUILD/custody" --lang zh verify --trust "$dir/trust.conf" "$archive"

say "The same without custody: tar, sha256sum, openssl 不用 custody 再验证一遍"
bash tests/judge/by-hand.sh "$archive" "$dir/trust"

say "A second run: the next link of the chain; with planned faults 第二次运行，含各种故障"
kill "$sim"; wait "$sim" 2>/dev/null || true
port=$(sed -n 's/^listening 127\.0\.0\.1://p' "$dir/sim.log")
"$BUILD/custody-sim" wecom --scale small --seed 7 --port "$port" --dir "$dir" --speed fast --fault all > "$dir/sim.log" 2>&1 &
sim=$!
for _ in $(seq 200); do grep -q '^listening' "$dir/sim.log" && break; sleep 0.1; done
status=0
"$BUILD/custody" -c "$dir/custody.conf" --lang zh --progress plain export acme || status=$?
printf 'exit status 退出码: %s\n' "$status"

say "What an archive holds 归档包的内容"
tar -tzf "$archive" | sed 's,^,  ,' | grep -v data/files | head -40
mkdir -p "$dir/unpacked"
tar -xzf "$archive" -C "$dir/unpacked"
cd "$dir/unpacked/acme-00000001"
say "A view: departments 视图：部门"
head -8 data/views/departments.csv
say "A view: messages 视图：聊天记录"
head -5 "$(ls data/views/messages-*.csv | head -1)" | cut -c1-240
say "Completeness 完整性证明"
jq -c '.streams[] | {stream, expected, archived, missing, limited}' data/report/completeness.json
say "The seal 封签"
cat seal/seal.txt
printf '\nEverything is in 全部文件在: %s\n' "$dir"
