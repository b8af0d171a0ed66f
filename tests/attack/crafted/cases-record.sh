# Records, their segments, encrypted names; an archive without any record of the platform.
r() { c "$1" "$2" "record: $3" payload "$4"; }
s0='{"_s":"AAAAAAAAAAAAAAAAAAAAAA"'
put() { printf "printf '%%s\\\\n' '%s' >>\$M1" "$1"; }	# put LINE: a record more
r VALID '' 'only a salt' "$(put "$s0}")"
r VALID '' 'salts that end in A, Q, g and w' "for e in A Q g w; do $(put '{"_s":"AAAAAAAAAAAAAAAAAAAAA'"'\$e'"'"}'); done"
r VALID '' 'raw with duplicate names' "$(put "$s0,\"raw\":{\"a\":1,\"a\":2}}")"
r VALID '' 'raw with half a surrogate pair' "$(put "$s0,\"raw\":\"\\ud800\"}")"
r VALID '' 'a long number' "$(put "$s0,\"n\":-123456789012345678901234567890.5e+10}")"
r VALID '' 'one record of 1 MB' '{ printf "%s,\"t\":\"" "$s0"; head -c 1000000 /dev/zero | tr "\0" x; printf "\"}\n"; } >>$M1'
r INVALID 'JSON|salt' 'byte order mark' 'edit "1s/^/\xef\xbb\xbf/" $M1'
r INVALID 'JSON|salt' 'CR LF' 'edit "s/\$/\r/" $M1'
r INVALID 'salt' 'without _s' 'edit "1s/\"_s\":\"[^\"]*\",//" $M1'
r INVALID 'salt' '_s second' 'edit "1s/{\(\"_s\":\"[^\"]*\"\),\(\"kind\":\"message\"\)/{\2,\1/" $M1'
r INVALID 'salt' 'a blank before _s' 'edit "1s/{/{ /" $M1'
r INVALID 'salt' 'a blank behind the colon' 'edit "1s/:/: /" $M1'
r INVALID 'salt' 'salt of 15 octets' 'edit "1s/\"_s\":\"../\"_s\":\"/" $M1'
r INVALID 'salt' 'salt of 17 octets' 'edit "1s/\"_s\":\"/&A/" $M1'
r INVALID 'salt' 'salt with padding' 'edit "1s/\(\"_s\":\"[^\"]*\)\"/\1==\"/" $M1'
r INVALID 'salt' 'salt in base64 with a slash' 'edit "1s,\"_s\":\".,\"_s\":\"/," $M1'
r INVALID 'salt' 'salt with an escape' 'edit "1s/\"_s\":\"....../\"_s\":\"\\\\u0041/" $M1'
for e in B C P R f h v x z 0 _; do r INVALID 'salt' "salt that ends in $e" "edit \"1s/\\(\\\"_s\\\":\\\".....................\\)./\\1$e/\" \$M1"; done
r INVALID 'salt' 'a redaction marker' "$(put '{"_redacted":"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea"}')"
r INVALID 'second name|_' 'a redaction beside the salt' "$(put "$s0,\"_redacted\":\"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea\"}")"
r INVALID 'second name|twice|_' '_s twice' "$(put "$s0,\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\"}")"
r INVALID 'second name|_' 'another reserved name' "$(put "$s0,\"_x\":1}")"
r INVALID 'twice' 'a name twice' "$(put "$s0,\"a\":1,\"a\":2}")"
r INVALID 'twice' 'a name twice, once escaped' "$(put "$s0,\"a\":1,\"\\u0061\":2}")"
r INVALID 'twice' 'a name twice further in' "$(put "$s0,\"n\":{\"b\":[{\"a\":1,\"a\":2}]}}")"
r INVALID 'surrogate' 'half a surrogate pair' "$(put "$s0,\"t\":\"\\ud800\"}")"
r INVALID 'surrogate' 'half a surrogate pair in a name' "$(put "$s0,\"\\udc00\":1}")"
r INVALID 'salt' 'an empty line' "$(put '')"
r INVALID 'JSON|salt' 'an array' "$(put '["AAAAAAAAAAAAAAAAAAAAAA"]')"
r INVALID 'JSON' 'two objects in a line' "$(put "$s0}{}")"
r INVALID 'JSON' 'a blank at the end' "$(put "$s0} ")"
r INVALID 'JSON' 'a comma at the end' "$(put "$s0,}")"
r INVALID 'salt' 'a comment behind the salt' "$(put "$s0/* x */}")"
r INVALID 'JSON' 'NaN' "$(put "$s0,\"n\":NaN}")"
r INVALID 'JSON' 'a leading zero' "$(put "$s0,\"n\":01}")"
r INVALID 'JSON' 'a number that ends in a dot' "$(put "$s0,\"n\":1.}")"
r INVALID 'JSON' 'single quotes' "edit \"1s/\\\"kind\\\"/'kind'/\" \$M1"
r INVALID 'JSON' 'an unknown escape' "$(put "$s0,\"t\":\"\\x41\"}")"
r INVALID 'JSON' 'an object that does not end' "$(put "$s0,\"n\":{}")"
r INVALID 'JSON' 'a tab in a string' "edit '1s/hello/hel\\tlo/' \$M1"
r INVALID 'JSON' 'a NUL in a string' 'edit "1s/hello/hel\x00lo/" $M1'
r INVALID 'JSON' 'Latin-1' 'edit "1s/hello/h\xe9llo/" $M1'
r INVALID 'JSON' 'a surrogate in UTF-8' 'edit "1s/hello/\xed\xa0\x80/" $M1'
r INVALID 'JSON' 'beyond U+10FFFF' 'edit "1s/hello/\xf4\x90\x80\x80/" $M1'
r INVALID 'JSON' 'an overlong form' 'edit "1s/hello/\xc0\xaf/" $M1'
r INDETERMINATE 'deeper' 'nested 10,000 deep' '{ printf "%s,\"n\":" "$s0"; head -c 10000 /dev/zero | tr "\0" "["; head -c 10000 /dev/zero | tr "\0" "]"; printf "}\n"; } >>$M1'
r INVALID 'line end' 'the last without its line end' 'truncate -s -1 $M1'
r INVALID 'without records' 'an empty segment' ': >$M1'
r INVALID 'longer than 16' 'longer than 16 MiB' '{ printf "%s,\"t\":\"" "$s0"; head -c 16777216 /dev/zero | tr "\0" x; printf "\"}\n"; } >>$M1'
big() {		# a segment of 2^16 equal records: 16 equal levels
	local h i
	h=$({ printf '\0'; head -1 "$1" | tr -d '\n'; } | sha256sum | cut -c1-64)
	for ((i = 0; i < 16; i++)); do h=$(node "$h" "$h"); done
	printf '%s\t65536\t%s\n' "$h" "$1"
}
c VALID '' 'a segment of 65,536 records' plan 'segments=own' payload 'for ((i = 0; i < 65536; i++)); do printf "%s}\n" "$s0"; done >$M1; big $M1 >"$work/tsv"; { segment $M0; segment $U0; cat "$work/tsv"; } >record-segments.tsv'
c INVALID 'more than' 'a segment of 65,537 records' plan 'segments=own' payload 'for ((i = 0; i < 65537; i++)); do printf "%s}\n" "$s0"; done >$M1; { segment $M0; segment $U0; printf "%s\t65537\t%s\n" "$(printf "" | sha256sum | cut -c1-64)" $M1; } >record-segments.tsv'
g() { c INVALID "${4:-segments}" "segments: $1" tags "f=record-segments.tsv; $2"; }
g 'another root' 'edit "2s/^....../000000/" $f'
g 'a count more' 'edit "1s/	5	/	6	/" $f'
g 'a count with a zero' 'edit "1s/	5	/	05	/" $f'
g 'another path' 'edit "1s/000000.jsonl/000009.jsonl/" $f'
g 'another order' 'sort $f >"$work/f"; cmp -s "$work/f" $f && sort -r $f >"$work/f"; cp "$work/f" $f'
g 'a line missing' 'edit 2d $f'
g 'a line twice' 'edit 2p $f'
g 'a line more' 'echo "$(printf x | sha256sum | cut -c1-64)	0	data/records/messages/000002.jsonl" >>$f'
g 'blanks instead of tabs' 'edit "s/	/ /g" $f'
g 'CR LF' 'edit "s/\$/\r/" $f'
g 'in capitals' 'edit "s/^[0-9a-f]*/\U&/" $f'
g 'empty' ': >$f'
g 'no last line end' 'truncate -s -1 $f'
g 'the root in the order of the lines turned round' 'edit "/	5	/d" $f; tac $M0 >"$work/turned"; cp $M0 "$work/kept"; cp "$work/turned" $M0; l=$(segment $M0); cp "$work/kept" $M0; edit "1i $l" $f'
g 'leaves hashed without their prefix' 'edit "/users/d" $f; echo "$(tr -d "\n" <$U0 | sha256sum | cut -c1-64)	1	$U0" >>$f; sort -t/ -k4 $f >/dev/null; l=$(tail -1 $f); edit "\$d" $f; edit "1a $l" $f'

# --- encrypted payload: the names alone; the parts are real ---
label='bag_more="Encryption: cms-auth-enveloped aes-256-gcm gzip part=67108864
Encryption-Recipient: sha256:$(fingerprint p384)
Encryption-Recipient: sha256:$(fingerprint other)
"'
hide() {	# hide FILE: it becomes its first part
	gzip -nc "$1" | openssl cms -encrypt -binary -aes-256-gcm -outform DER -out "$1.gz.0001.cms" -recip "$good/p384.crt" -keyopt ecdh_kdf_md:sha256 -recip "$good/other.crt" -keyopt ecdh_kdf_md:sha256
}
sealed='hideall() { segments=own; for f in $payload; do case $f in data/records/*) segment $f;; esac; done >record-segments.tsv; p=; for f in $payload; do hide $f; p="$p $f.gz.0001.cms"; done; payload=$p; }; '
e() { c "$1" "$2" "encrypted: $3" plan "$label" payload "$sealed$4" "${@:5}"; }
e VALID '' 'all of it' 'hideall'
e INVALID 'shorter than 64 MiB' 'a file in three short parts' 'hideall; for n in 2 3; do cp $F1.gz.0001.cms $F1.gz.000$n.cms; done; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0001.cms $F1.gz.0002.cms $F1.gz.0003.cms}'
e INVALID 'does not follow' 'part 2 missing' 'hideall; cp $F1.gz.0001.cms $F1.gz.0003.cms; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0001.cms $F1.gz.0003.cms}'
e INVALID 'does not follow' 'part 1 missing' 'hideall; mv $F1.gz.0001.cms $F1.gz.0002.cms; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0002.cms}'
e INVALID 'does not follow' 'part 2 before part 1' 'hideall; cp $F1.gz.0001.cms $F1.gz.0002.cms; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0002.cms $F1.gz.0001.cms}'
e INVALID 'does not follow' 'another file between two parts' 'hideall; cp $F1.gz.0001.cms $F1.gz.0002.cms; payload=${payload/ $U0.gz.0001.cms/ $U0.gz.0001.cms $F1.gz.0002.cms}'
e INVALID 'next file|does not follow' 'part 1 twice' 'hideall; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0001.cms $F1.gz.0001.cms}'
e INVALID 'must not stand|comes twice|bag-info' 'part 0' 'hideall; mv $F1.gz.0001.cms $F1.gz.0000.cms; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.0000.cms}'
e INVALID 'must not stand|bag-info' 'a part number of three digits' 'hideall; mv $F1.gz.0001.cms $F1.gz.001.cms; payload=${payload/ $F1.gz.0001.cms/ $F1.gz.001.cms}'
e INVALID 'bag-info' 'one file plain' 'hideall; payload=${payload/ $F1.gz.0001.cms/ $F1}'
e INVALID 'bag-info' 'one view plain' 'hideall; payload=${payload/ $V1.gz.0001.cms/ $V1}'
e INVALID 'bag-info' 'one segment plain' 'hideall; payload=${payload/ $M1.gz.0001.cms/ $M1}'
e INVALID 'next file|comes twice|must not stand' 'a file plain and encrypted' 'hideall; payload="$payload $F1"'
e INVALID 'comes twice|bag-info' 'a view plain and encrypted' 'hideall; payload="$payload $V1"'
e INVALID 'bag-info' 'nothing encrypted, and the label says so' ':'
e INVALID 'segments' 'a segment missing from the list' 'hideall; edit 2d record-segments.tsv'
e INVALID 'segments' 'the list names encrypted paths' 'hideall; edit "s/\$/.gz.0001.cms/" record-segments.tsv'
e INVALID 'Records|records' 'another count than the seal' 'hideall' seal 'edit "s/^Records: .*/Records: 8/" $R'
e INVALID 'manifest' 'a part changed' 'hideall' tags 'printf x >>$F1.gz.0001.cms'
c INVALID 'bag-info' 'encrypted: no label' payload "${sealed}hideall"
b2() { c INVALID 'bag-info' "encrypted: $1" plan "$label" payload "${sealed}hideall" tags "edit '$2' bag-info.txt"; }
b2 'one recipient only' '/^Encryption-Rec/{x;s/^/x/;/^x$/{x;d};x}'
b2 'no recipient' '/^Encryption-Rec/d'
b2 'a recipient twice' '/^Encryption-Rec/{h;d};/^Software/{x;p;p;x}'
b2 'a recipient by name' '/^Encryption-Rec/s/: .*/: officer/'
b2 'recipients before the label' '/^Encryption: /{h;d};/^Software/{x;p;x}'
c INDETERMINATE 'does not know|Encryption' 'encrypted: a method nobody knows' plan "$label" payload "${sealed}hideall" tags 'edit "s/^Encryption: .*/Encryption: sm4-gcm/" bag-info.txt'
