#!/usr/bin/env bash
# run.sh: the measurements.  bash bench/run.sh [--large] [NAME…]; names: parse csv xlsx decrypt export threads memory verify backup bag proof count paper; none: all of these.
#   --large                   also 4,000,000 messages (P8, P9, P10): minutes, and some 12 GB in $TMPDIR
#   CUSTODY_BENCH_ROUNDS=5    pairs, run in turn A B A B; medians are printed
#   CUSTODY_BENCH_SEED=7 CUSTODY_BENCH_COUNT=200000
#   CUSTODY_BENCH_BUILD=build  where the programs are
# Lines are "name value unit ratio-to"; "#" begins a remark.  Nothing here fails because something was slow.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$(readlink -f "$0")")/.."
export LC_ALL=C.UTF-8

build=$(readlink -f "${CUSTODY_BENCH_BUILD:-build}")
rounds=${CUSTODY_BENCH_ROUNDS:-5}
seed=${CUSTODY_BENCH_SEED:-7}
count=${CUSTODY_BENCH_COUNT:-200000}
large=0
[ "${1:-}" = --large ] && { large=1; shift; }
threads=$(nproc)
[ "$threads" -le 64 ] || threads=64

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/custody-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }
skipped() { printf 'skipped: %s\n' "$1"; }
cpu() { "$build/bench_cpu" "$@"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
version() { dpkg-query -W -f='${Version}' "$1" 2>/dev/null || true; }

machine() {
	local flags=() f p
	for f in sha_ni avx2 avx512f avx512ifma vaes; do
		grep -m1 '^flags' /proc/cpuinfo | grep -qw "$f" && flags+=("$f")
	done
	printf '# machine: %s, %s processors, flags:%s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "${flags[*]+ ${flags[*]}}"
	printf '# versions:'
	for p in libssl3 libisal2 zlib1g libcsv3 libc6 gcc zstd isal gzip tar jq miller coreutils borgbackup restic valgrind; do
		[ -z "$(version "$p")" ] || printf ' %s %s' "$p" "$(version "$p")"
	done
	printf '\n# kernel: %s; load before: %s\n' "$(uname -r)" "$(cut -d' ' -f1-3 /proc/loadavg)"
	printf '# data: seed %s, %s messages, sha256 %s\n' "$seed" "$count" "$(sha256sum <"$(messages "$count")" | cut -d' ' -f1)"
	printf '# %s pairs in turn; CPU time is user + system of the whole process tree, medians\n' "$rounds"
	printf '# name value unit ratio-to\n'
}

messages() { # n → path; made once
	local file=$work/messages-$1.jsonl
	[ -e "$file" ] || "$build/bench_generate" "$seed" "$1" >"$file"
	printf '%s' "$file"
}

pki() { # a key and a certificate for the seal, once
	[ -e "$work/seal.crt" ] && return
	openssl req -x509 -newkey rsa:3072 -nodes -keyout "$work/seal.key" -out "$work/seal.crt" -subj '/CN=Bench' -days 9000 \
		-addext 'keyUsage=critical,digitalSignature,nonRepudiation' -addext 'basicConstraints=critical,CA:false' 2>/dev/null
}

export_command() { # messages store threads
	printf 'rm -rf %q && %q %q %q %q %q %s >/dev/null' "$2" "$build/bench_export" "$1" "$2" "$work/seal.crt" "$work/seal.key" "$3"
}

sealed() { # the archive of $count messages, made once → path
	pki
	[ -e "$work/sealed" ] || sh -c "$(export_command "$(messages "$count")" "$work/sealed" 0)"
	printf '%s' "$work/sealed/bench-00000001.tar.gz"
}

bench_parse() {
	"$build/bench_parse" "$(messages 50000)" "$rounds"
}

# P3.  The peers write fewer columns than we do, and no guard: what is measured is in our disfavour.
bench_csv() {
	local file peers=()
	file=$(messages "$count")
	cat >"$work/csv.jq" <<-'T'
		[.msgid, .msgtime, .action, .msgtype, .from, (.tolist // [] | join("; ")), .roomid, .text.content] | @csv
	T
	if has jq; then peers+=(jq "jq -r -f $work/csv.jq $file >/dev/null"); else skipped jq; fi
	if has mlr; then
		peers+=(miller "mlr --ijsonl --ocsv flatten then template -f msgid,msgtime,action,msgtype,from,tolist.1,roomid,text.content $file >/dev/null")
	else skipped miller; fi
	cpu csv "$rounds" custody "$build/bench_csv $file >/dev/null" "${peers[@]}"
}

# P11.  openssl speed divides by each process's own CPU time, and so do we: a machine that is busy elsewhere changes neither.
# (With -multi it divides by wall time: so as many processes are started here.)
bench_decrypt() {
	local r ours peer
	openssl genrsa -out "$work/chat.pem" 2048 2>/dev/null
	for ((r = 0; r < rounds; r++)); do
		"$build/bench_decrypt" "$work/chat.pem" $((threads * 5000)) >"$work/d.$r"
		for ((p = 0; p < threads; p++)); do
			openssl speed -mr -seconds 2 rsa2048 2>/dev/null >"$work/o.$r.$p" &
		done
		wait
		ours=$(cut -d' ' -f1 "$work/d.$r")
		# +F2:index:bits:seconds or rate of private operations, by version: below 1 it is seconds.
		peer=$(awk -F: '/^\+F2/ { v = $4 < 1 ? 1 / $4 : $4; s += v } END { print s }' "$work"/o."$r".*)
		printf '%s %s %s\n' "$ours" "$peer" "$(cut -d' ' -f2 "$work/d.$r")"
	done >"$work/decrypt"
	printf 'decrypt.custody %.0f per-CPU-second -\n' "$(cut -d' ' -f1 "$work/decrypt" | median)"
	printf 'decrypt.custody.wall %.0f per-second -\n' "$(cut -d' ' -f3 "$work/decrypt" | median)"
	printf 'decrypt.openssl-speed %.0f per-CPU-second -\n' "$(cut -d' ' -f2 "$work/decrypt" | median)"
	printf 'decrypt.custody %.3f x openssl-speed\n' "$(awk '{ print $1 / $2 }' "$work/decrypt" | median)"
}

# P1, P2, and P12 from the same files.  The peers read the finished files and write one archive; we make the files too.
bench_export() {
	local file archive tree peers=()
	pki
	file=$(messages "$count")
	archive=$(sealed)
	mkdir -p "$work/tree"
	tar -C "$work/tree" -xf "$archive"
	tree="tar -C $work/tree -cf - bench-00000001"
	if has zstd; then peers+=("tar|zstd-3-T2" "$tree | zstd -q -3 -T2 >$work/peer.out"); else skipped zstd; fi
	peers+=("tar-czf" "tar -C $work/tree -czf - bench-00000001 >$work/peer.out")
	cpu export "$rounds" custody "$(export_command "$file" "$work/store" 0)" "${peers[@]}"
	printf 'export.archive %s bytes -\n' "$(stat -c %s "$archive")"
	printf 'export.content %s bytes -\n' "$(gzip -dc "$archive" | wc -c)"
	if has igzip; then
		gzip -dc "$archive" >"$work/one.tar"
		igzip -2 -c "$work/one.tar" | wc -c >"$work/one"
		printf 'export.archive %.4f x one-igzip-2-stream\n' "$(awk -v a="$(stat -c %s "$archive")" '{ print a / $1 }' "$work/one")"
		rm "$work/one.tar"
	else skipped igzip; fi
	rm -rf "$work/tree" "$work/store" "$work/peer.out"
}

# P4, P13: threads change the wall time and nothing else.
bench_threads() {
	local file t first='' sum
	pki
	file=$(messages "$count")
	cpu threads "$rounds" one "$(export_command "$file" "$work/store" none)" all "$(export_command "$file" "$work/store" 0)"
	for t in none 1 2 4; do
		sh -c "$(export_command "$file" "$work/store" "$t")"
		# Behind seal.txt stands the signature with its own random numbers: what comes before must be the same.
		gzip -dc "$work/store/bench-00000001.tar.gz" >"$work/one.tar"
		sum=$(tar -t --block-number -f "$work/one.tar" | sed -n 's/^block \([0-9]*\): .*seal\/seal\.txt$/\1/p')
		sum=$(head -c $((sum * 512)) "$work/one.tar" | sha256sum | cut -d' ' -f1)
		[ -n "$first" ] || first=$sum
		printf 'threads.%s.tar-until-seal %s sha256 %s\n' "$t" "$sum" "$([ "$sum" = "$first" ] && echo same || echo DIFFERENT)"
	done
	rm -rf "$work/store" "$work/one.tar"
}

# P8, P10.
bench_memory() {
	local n file
	pki
	for n in 100000 $([ $large = 0 ] || echo 4000000); do
		file=$(messages "$n")
		cpu "memory.$n" "$([ "$n" -gt 1000000 ] && echo 1 || echo "$rounds")" export "$(export_command "$file" "$work/store" 0)" >"$work/memory.$n"
		cat "$work/memory.$n"
		awk -v n="$n" -v name="memory.$n.export" '$1 == name { printf "%s.message %.3f us -\n", name, $2 * 1e6 / n }' "$work/memory.$n"
		if [ -x "$build/custody" ]; then verify_once "$n" "$work/store/bench-00000001.tar.gz"; fi
		rm -rf "$work/store"
		[ "$n" = "$count" ] || rm "$file"
	done
	[ $large = 0 ] || awk '$1 ~ /export$/ && $3 == "s" { v[++k] = $2 } END { printf "memory.export.message %.3f x 100000-messages\n", (v[2] / 40) / v[1] }' \
		"$work/memory.100000" "$work/memory.4000000"
}

trust() {
	cat >"$work/trust.conf" <<-T
		[trust]
		roots = $work/seal.crt
		token = optional
		roles = administrator
		[role administrator]
		cert = file:$work/seal.crt
	T
}

verify_once() { # n archive
	trust
	"$build/custody" verify --trust "$work/trust.conf" "$2" >"$work/verdict" 2>&1 || { cat "$work/verdict"; skipped "verify ($1)"; return 0; }
	cpu "memory.$1" 1 verify "$build/custody verify --trust $work/trust.conf $2 >/dev/null" | grep peak
}

# P5, for chat alone and with its attachments.
verify_of() { # name archive
	local archive=$2 peers=() command
	command="$build/custody verify --trust $work/trust.conf $archive"
	$command >"$work/verdict" 2>&1 || { sed 's/^/# /' "$work/verdict"; skipped "$1: the archive is not judged VALID"; return 0; }
	if has igzip; then peers+=("igzip|openssl-dgst" "igzip -dc $archive | openssl dgst -sha256 >/dev/null"); else skipped igzip; fi
	peers+=("gzip|sha256sum" "gzip -dc $archive | sha256sum >/dev/null")
	cpu "$1" "$rounds" custody "$command >/dev/null 2>&1" "${peers[@]}"
}

bench_verify() {
	[ -x "$build/custody" ] || { skipped custody; return 0; }
	pki
	trust
	verify_of verify "$(sealed)"
	verify_of verify.files "$(sealed_with_files)"
}

sealed_with_files() { # the same messages with attachments, made once → path
	sealed >/dev/null
	[ -e "$work/sealed-files" ] || { attachments
		"$build/bench_export" "$(messages "$count")" "$work/sealed-files" "$work/seal.crt" "$work/seal.key" 0 "$work/attachments" >/dev/null
		rm -rf "$work/attachments"; }
	printf '%s' "$work/sealed-files/bench-00000001.tar.gz"
}

# 1,500 attachments of 8 KB to 2 MB, 376 MB together, whose bytes no program makes smaller: pictures, voice and documents come compressed.
attachments() {
	local dir=$work/attachments i size
	mkdir "$dir"
	awk 'BEGIN { for (s = i = 0; i < 1500; i++) { s = (s * 16807 + 11) % 2147483647; u = s / 2147483647
			print int(i % 10 < 3 ? 8000 + 40000 * u : i % 10 < 9 ? 60000 + 300000 * u : 400000 + 1600000 * u) } }' >"$work/sizes"
	openssl enc -aes-128-ctr -K 00000000000000000000000000000000 -iv 00000000000000000000000000000000 </dev/zero 2>/dev/null | {
		i=0
		while read -r size <&3; do
			head -c "$size" >"$dir/$((100000 + i))"
			i=$((i + 1))
		done 3<"$work/sizes"
	} || true		# the endless stream is cut off
	printf '# attachments: %s files, %s bytes\n' "$(find "$dir" -type f | wc -l)" "$(cat "$dir"/* | wc -c)" >&2
}

# P6: the same content in repositories of two backup programs, read and checked in full: chat with its attachments, and chat alone, which has none of what the peers are
# made for.  borg without encryption; restic knows no other way than with.
backup_of() { # name archive
	local name=$1 archive=$2 tree=$work/tree peers=()
	mkdir -p "$tree"
	tar -C "$tree" -xf "$archive"
	export BORG_BASE_DIR=$work/borg.home BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes RESTIC_PASSWORD=bench RESTIC_CACHE_DIR=$work/restic.cache
	if has borg; then
		borg init -e none "$work/borg" 2>/dev/null && borg create "$work/borg::one" "$tree" 2>/dev/null
		peers+=(borg-check "borg check --verify-data $work/borg >/dev/null 2>&1")
	else skipped borg; fi
	if has restic; then
		restic -q -r "$work/restic" init && restic -q -r "$work/restic" backup "$tree"
		peers+=(restic-check "restic -q -r $work/restic check --read-data >/dev/null 2>&1")
	else skipped restic; fi
	cpu "$name" "$rounds" custody "$build/custody verify --trust $work/trust.conf $archive >/dev/null 2>&1" "${peers[@]}"
	rm -rf "$tree" "$work"/borg* "$work"/restic*
}

bench_backup() {
	has borg || has restic || { skipped "borg restic"; return 0; }
	trust
	backup_of backup.chat "$(sealed)"
	backup_of backup.files "$(sealed_with_files)"
}

# P7: 20,000 files of 20 KB as a BagIt bag.  bagit.py is not in Debian: where it is not installed our own figure stands alone.
bench_bag() {
	local bag=$work/bag peers=()
	mkdir -p "$bag/data"
	(cd "$bag/data" && head -c $((20000 * 20480)) /dev/zero | openssl enc -aes-128-ctr -K 00000000000000000000000000000000 -iv 00000000000000000000000000000000 | split -b 20480 -a 5 -d - f)
	(cd "$bag" && printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >bagit.txt &&
		find data -type f -print0 | sort -z | xargs -0 sha256sum >manifest-sha256.txt)
	if has bagit.py; then peers+=(bagit.py "bagit.py --quiet --validate --processes $threads $bag >/dev/null 2>&1"); else skipped bagit.py; fi
	cpu bag "$rounds" custody "$build/custody verify --bag $bag >/dev/null 2>&1" "${peers[@]}"
	rm -rf "$bag"
}

# Instructions a message: the same on a busy machine and an idle one.  Valgrind offers programs an older processor: hashing and compression are
# dearer there than in truth, so they are also left out (own).
# Approvals as PDF: those of the tests again and again under other numbers; programs that write and read them are counted alone.
bench_paper() {
	local n=3000 docs pages cpu peak
	has pdfinfo || { skipped "paper: poppler-utils"; return; }
	awk -v n=$n '/"kind":"approval"/ { a[k++] = $0; next } { print } END { for (i = 0; i < n; i++) { s = a[i % 2]; sub(/"id":"[^"]*"/, sprintf("\"id\":\"2026%08d\"", i), s); print s } }' \
		tests/golden/records/paper.jsonl >"$work/paper.jsonl"
	cp -r tests/golden/pictures "$work/blobs"
	/usr/bin/time -f '%U %S %M' -o "$work/paper.time" "$build/pdf_driver" "$work/paper.jsonl" "$work/paper" >"$work/paper.out"
	docs=$(cut -d' ' -f2 "$work/paper.out")
	pages=$(for f in "$work/paper"/2026000000*.pdf; do pdfinfo "$f" | sed -n 's/^Pages: *//p'; done | awk '{ s += $1 } END { print s / NR }')
	cpu=$(awk '{ print $1 + $2 }' "$work/paper.time") peak=$(awk '{ print $3 }' "$work/paper.time")
	awk -v d="$docs" -v p="$pages" -v c="$cpu" 'BEGIN { printf "paper.documents %.1f a_second_of_CPU -\npaper.pages %.1f a_second_of_CPU -\n", d / c, d * p / c }'
	printf 'paper.bytes %s bytes_a_document -\npaper.peak %s KiB -\n' $(($(cut -d' ' -f4 "$work/paper.out") / docs)) "$peak"
	rm -rf "$work/paper" "$work/blobs"
}

instructions() { # name n command…
	local name=$1 n=$2
	shift 2
	valgrind --tool=callgrind --callgrind-out-file="$work/callgrind.$name" "$@" >/dev/null 2>"$work/callgrind.log" ||
		{ sed 's/^/# /' "$work/callgrind.log" | tail -n 3; skipped "count.$name"; return 0; }
	awk -v n="$n" -v name="$name" '/^(summary|totals):/ { v = $2 } END { printf "count.%s %.0f instructions/message -\n", name, v / n }' "$work/callgrind.$name"
	callgrind_annotate --auto=no --threshold=100 "$work/callgrind.$name" 2>/dev/null |
		awk -v n="$n" -v name="$name" '$1 ~ /^[0-9,]+$/ && !/PROGRAM TOTALS|libcrypto|libisal/ { gsub(",", "", $1); v += $1 }
			END { printf "count.%s.own %.0f instructions/message -\n", name, v / n }'
}

bench_count() {
	local file n=10000
	has valgrind || { skipped valgrind; return 0; }
	pki
	file=$(messages $n)
	instructions parse.pull $n "$build/bench_parse" "$file" 1 pull
	instructions parse.tape $n "$build/bench_parse" "$file" 1 tape
	instructions csv $n "$build/bench_csv" "$file"
	rm -rf "$work/store"
	instructions export $n "$build/bench_export" "$file" "$work/store" "$work/seal.crt" "$work/seal.key" 1
	trust
	[ ! -x "$build/custody" ] || instructions verify $n "$build/custody" verify --trust "$work/trust.conf" "$work/store/bench-00000001.tar.gz"
	rm -rf "$work/store"
}

# P14.  Workbooks: rows a second of processor for the rows, the zip and the file alone; 1,100,000 messages are two sheets.
bench_xlsx() {
	local file r one=$work/xlsx.lines
	file=$(messages "$count")
	: >"$one"
	for ((r = 0; r < rounds; r++)); do
		"$build/bench_xlsx" "$file" "$count" "$work/bench.xlsx" >>"$one"
	done
	printf 'xlsx.rows %s rows/s -\n' "$(awk '{ printf "%.0f\n", $2 / $4 }' "$one" | median)"
	printf 'xlsx.cells %s cells/s -\n' "$(awk '{ printf "%.0f\n", $6 / $4 }' "$one" | median)"
	printf 'xlsx.size %s bytes/row -\n' "$(awk '{ printf "%.1f\n", $8 / $2 }' "$one" | median)"
	"$build/bench_xlsx" "$file" 1100000 "$work/bench.xlsx" >"$one"
	printf 'xlsx.1100000.rows %s rows/s -\n' "$(awk '{ printf "%.0f\n", $2 / $4 }' "$one")"
	printf 'xlsx.1100000.peak %s KiB -\n' "$(awk '{ print $10 }' "$one")"
	rm -f "$work/bench.xlsx"
}

# P9.  Wall time: of the work alone (bench_proof, medians and worst of 4 times the rounds), and of whole processes (8 times the rounds, CPU too), whose start is most of it.
ms() { local t0=$EPOCHREALTIME; "$@" >/dev/null 2>"$work/ms.log" || { cat "$work/ms.log" >&2; die "failed: $*"; }; awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", (b - a) * 1000 }'; }
bench_proof() {
	local n=200000 archive r i k=0 c=("$build/custody" -q) name
	[ $large = 0 ] || n=4000000
	pki
	trust
	"$build/bench_records" $n "$work/proof" "$work/seal.crt" "$work/seal.key" >/dev/null
	archive=$work/proof/bench-00000001.tar.gz
	printf 'proof.%s.archive %s bytes -\n' $n "$(stat -c %s "$archive")"
	export XDG_STATE_HOME=$work/state
	printf 'proof.%s.first %s ms -\n' $n "$(ms "${c[@]}" prove "$archive" messages/m-0 --trust "$work/trust.conf" -o "$work/p")"
	rm -rf "$work/p"
	printf 'proof.%s.index %s bytes -\n' $n "$(stat -c %s "${archive%.tar.gz}.index")"
	"$build/bench_proof" "$archive" "$work/trust.conf" "$work/p" $n $((4 * rounds + 1)) | sed 1d >"$work/proof.ms"
	for name in show prove check show.cold prove.cold check.cold; do
		k=$((k + 1))
		printf 'proof.%s.%s %s ms -\n' $n $name "$(cut -d' ' -f$k "$work/proof.ms" | median)"
		printf 'proof.%s.%s.worst %s ms -\n' $n $name "$(cut -d' ' -f$k "$work/proof.ms" | sort -g | tail -n 1)"
	done
	# Whole processes, one record, one after the other; what their start alone costs is --help.
	i=$((n / 2))
	cpu "proof.$n.process" $((8 * rounds < 99 ? 8 * rounds : 99)) help "$build/custody --help" show "$build/custody -q show $archive messages/m-$i --trust $work/trust.conf" \
		prove "$build/custody -q prove $archive messages/m-$i --trust $work/trust.conf -o $work/p" check "$build/custody -q check $work/p --trust $work/trust.conf" \
		rm "rm -rf $work/p" | grep -v -e ' x ' -e '\.rm'
	rm -rf "$work/proof"
}

all=(parse csv xlsx decrypt export threads memory verify backup bag proof count paper)
[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
	[[ " ${all[*]} " = *" $name "* ]] || die "no such measurement: $name (${all[*]})"
done
[ -x "$build/bench_cpu" ] || die "not built: ./dev build"
machine
for name in "$@"; do
	"bench_$name"
done
