#!/usr/bin/env bash
# Who answers must be who he says: another name, an expired or unknown certificate, TLS that is too old end in AUTH before a byte of a secret is sent.
. "$(dirname "$0")/../harness.sh"
for tool in openssl faketime timeout; do command -v $tool >/dev/null || { skip "$tool"; finish; exit; }; done
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
sim_stop		# only its configuration and secrets are needed
secret=$(cat "$(sed -n 's/^secret\.contacts *= *file://p' "$WORK/t/custody.conf")")

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null; }
authority() { # NAME
	key "$1"
	openssl req -new -x509 -key "$1.key" -subj "/CN=Test authority $1" -days 30 -out "$1.pem"
}
server() { # NAME HOST AUTHORITY [FAKETIME]
	key "$1"
	openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
	printf 'subjectAltName=DNS:%s\n' "$2" > "$1.ext"
	${4:+faketime "$4"} openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial 7 -days 5 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
authority ours; authority others
server good localhost ours
server name elsewhere.example ours
server expired localhost ours '2020-01-01 00:00:00'
server stranger localhost others

answer='{"errcode":40001,"errmsg":"the secret arrived"}'
# ask CERTIFICATE [OPTION…]: the program against a server of that certificate; what the server could read is in ./heard.
ask() {
	local cert=$1 i pid
	shift
	: > heard; : > port
	timeout 30 openssl s_server -accept 127.0.0.1:0 -cert "$cert.pem" -key "$cert.key" "$@" > heard 2> s_server.err \
		< <(printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' ${#answer} "$answer"; sleep 10) &
	pid=$!
	for i in $(seq 100); do
		port=$(sed -n 's/^ACCEPT 127\.0\.0\.1:\([0-9]*\)$/\1/p' heard | head -1)
		[ -n "$port" ] && break
		sleep 0.05
	done
	[ -n "$port" ] || { fail "$cert: s_server did not start: $(tail -1 s_server.err)"; return; }
	sed -E "s,^base_url *=.*,base_url = https://localhost:$port\nca = $WORK/ours.pem," "$WORK/t/custody.conf" > tls.conf
	rm -rf "$WORK/t/store"
	CUSTODY_TEST_BACKOFF=1 timeout 20 "$CUSTODY" --lang en -c tls.conf export acme --area contacts > out 2> err
	got=$?
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
# refused NAME WORDS CERTIFICATE [OPTION…]
refused() {
	local name=$1 words=$2
	shift 2
	ask "$@"
	if [ "$got" = 6 ]; then pass "$name: exit 6"; else fail "$name: exit $got: $(tail -1 err)"; fi
	if tail -1 err | grep -qiE "$words"; then pass "$name: says why"; else fail "$name: says $(tail -1 err)"; fi
	if grep -qaF "$secret" heard out err || grep -qa 'gettoken?' heard; then fail "$name: the secret was sent"; else pass "$name: no byte of the secret was sent"; fi
}

# First that a server of the right name is asked, and that the secret would be seen.
ask good
if grep -qaF "$secret" heard; then pass "right name: the request arrives"; else fail "right name: nothing arrives (exit $got: $(tail -1 err))"; fi
if [ "$got" = 6 ] && tail -1 err | grep -q 'the secret arrived'; then pass "right name: the answer counts"; else fail "right name: exit $got: $(tail -1 err)"; fi

refused "another name" "localhost|subject name" name
refused "expired" "expired" expired
refused "unknown authority" "issuer|self.signed|certificate" stranger
refused "TLS 1.1 only" "protocol|version|TLS" good -tls1_1 -cipher ALL:@SECLEVEL=0
finish
