# Encrypted payload, made anew by one who can seal (both officers' keys) unless it says otherwise: judged without a key, and with that of "legal" (or of ${who}).
# What only the key can tell is VALID without it, and said to be not opened; the seal covers the ciphertext either way.

# enc [OPTIONS]: standard input as one part for the recipients ${to}, as the format wants it, or, with ${rsa} and ${ec}, otherwise
oaep='-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256'
enc() {
	local w a=()
	for w in $to; do
		# shellcheck disable=SC2206 # words
		case $w in legal | third | weak) a+=(-recip "$good/$w.crt" $rsa);; *) a+=(-recip "$good/$w.crt" $ec);; esac
	done
	openssl cms -encrypt -binary "-$cipher" -outform DER "${a[@]}" "$@" 2>/dev/null
}
member() { printf '\037\213\010\0\0\0\0\0\0\377'; gzip -n | tail -c +11; }
p() { echo "$1.gz.000${2:-1}.cms"; }
claim() {	# claim NUMBER FILE [SHA256]: the record of an attachment
	printf '{"_s":"AAAAAAAAAAAAAAAAAAAAAA","kind":"file","id":"f%s","tenant":"t","source":{"platform":"wecom","endpoint":"files","fetched_at":"2026-11-22T02:00:00.000Z"},"flags":[],"n":{"id":"f%s","name":"x","sha256":"%s","path":"%s"}}\n' \
	    "$1" "$1" "${3:-$(sha256sum <"$2" | cut -c1-64)}" "$2"
}
sealed() {	# the lines of the plain segments; every payload file becomes its one part
	local f parts=
	segments=own
	for f in $payload; do case $f in data/records/*) segment "$f";; esac; done >record-segments.tsv
	for f in $payload; do member <"$f" >"$work/zipped"; enc -in "$work/zipped" -out "$(p "$f")"; parts="$parts $(p "$f")"; done
	payload=$parts
}
again() { "${2:-member}" <"$1" >"$work/zipped"; enc -in "$work/zipped" -out "$(p "$1")"; }	# again FILE [HOW]: its part anew
parts() { payload=${payload/ $(p "$1")/$(printf ' %s' "${@:2}")}; }				# parts FILE PART…: these instead of its one part
swap() { mv "$1" "$work/swap"; mv "$2" "$1"; mv "$work/swap" "$2"; }
begin='to="legal escrow" named="" cipher=aes-256-gcm rsa="$oaep" ec="-keyopt ecdh_kdf_md:sha256"'
label='bag_more="Encryption: cms-auth-enveloped aes-256-gcm gzip part=67108864
$(for w in ${named:-$to}; do echo "Encryption-Recipient: sha256:$(fingerprint $w)"; done)
"'
# e CLASS REASON CLASS REASON NAME PLAN BEFORE AFTER [STAGE CODE]...: without and with a key; PLAN: the variables above; BEFORE, AFTER: what is done to the payload
e() { k "$1" "$2" "$3" "$4" "crypt: $5" plan "$begin; $6
$label" payload "claim 1 \$F1 >>\$U0; claim 2 \$F2 >>\$U0; $7
sealed; $8" "${@:9}"; }
# both: what needs no key to be seen; inside: what does
both() { e INVALID "$1" INVALID "$1" "${@:2}"; }
inside() { e VALID '' INVALID "$1" "${@:2}"; }

e VALID '' VALID '' 'the plan itself' '' '' ''
e VALID '' VALID '' 'both with RSA' 'to="legal third"' '' ''
e VALID '' VALID '' 'three with ECDH' 'to="legal escrow fourth p384"' '' ''
e VALID '' VALID '' 'named by key identifier' '' '' 'for f in $M0 $M1 $U0 $F1 $F2 $V1 $V2; do member <$f >"$work/z"; enc -in "$work/z" -keyid -out $(p $f); done'
e VALID '' VALID '' 'ECDH with SHA-384' 'ec="-keyopt ecdh_kdf_md:sha384"' '' ''
e VALID '' VALID '' 'a file of two members' '' '' 'two() { head -c 7 | member; member <$V1; }; printf a,b >$V1; again $V1 two'
who=fourth e VALID 'was not opened' DENIED 'not encrypted for this' 'a key of nobody' '' '' ''

# recipients
oaep1='-keyopt rsa_padding_mode:oaep'
both 'kind that is not allowed' 'PKCS #1 v1.5' 'rsa=' '' ''
both 'kind that is not allowed' 'OAEP with SHA-1' 'rsa="$oaep1"' '' ''
both 'kind that is not allowed' 'OAEP with SHA-256 and MGF1 with SHA-1' 'rsa="$oaep1 -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1"' '' ''
both 'kind that is not allowed' 'OAEP with SHA-512' 'rsa="$oaep1 -keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha512"' '' ''
both 'kind that is not allowed' 'OAEP with a label' '' '' 'der ins $(p $M1) 1.0.1.0.2.1.2 a211300f06092a864886f70d01010904026162'
both 'kind that is not allowed' 'RSA of 2048 bits' 'to="legal weak"' '' ''
e VALID '' VALID '' 'ECDH with SHA-1 to make the key, as openssl does unless told otherwise' 'ec=' '' ''
both 'kind that is not allowed' 'ECDH on P-521' 'to="legal p521"' '' ''
both 'kind that is not allowed' 'ECDH with the cofactor' 'ec="$ec -keyopt ecdh_cofactor_mode:1"' '' ''
both 'kind that is not allowed' 'ECDH with AES-128 key wrap' '' '' 'der put $(p $M1) 1.0.1.1.2.1.0 0609608648016503040105'
both 'kind that is not allowed' 'ECDH with a curve that does not fit its point' '' '' 'der ins $(p $M1) 1.0.1.1.1.0.0.1 06082a8648ce3d030107'
e VALID '' VALID '' 'ECDH with its curve named' '' '' 'der ins $(p $M1) 1.0.1.1.1.0.0.1 06052b81040022'
both 'kind that is not allowed' 'a password besides' '' '' 'der ins $(p $M1) 1.0.1.2 a31d020100300d06092a864886f70d01010a30000409000000000000000000'
both 'kind that is not allowed' 'a key known to both besides' '' '' 'member <$M1 >"$work/z"; enc -in "$work/z" -out $(p $M1) -secretkey 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f -secretkeyid 01'
both 'kind that is not allowed' 'another kind of recipient' '' '' 'der ins $(p $M1) 1.0.1.2 a40906052a030405060500'
both 'fewer than two|bag-info' 'one recipient' 'to=legal' '' ''
both 'fewer than two' 'one recipient in one part' '' '' 'der del $(p $M1) 1.0.1.1'
both 'fewer than two' 'no recipient in one part' '' '' 'der put $(p $M1) 1.0.1 3100'
both 'recipient twice' 'the same recipient twice' 'to="legal legal"' '' ''
both 'names a recipient twice|recipients, another' 'the same recipient twice in one part' '' '' 'to="legal legal escrow"; again $M1'
both 'recipients, another to' 'one more in one part' '' '' 'to="$to third"; again $M1'
both 'names 2 recipients' 'one more in all parts, whom bag-info.txt does not name' 'to="legal escrow third" named="legal escrow"' '' ''
both 'names 3 recipients' 'one fewer than bag-info.txt names' 'named="legal escrow third"' '' ''
both 'other recipients than' 'another in one part' '' '' 'to="legal fourth"; again $M1'
both 'other recipients than' 'both others in the last part' '' '' 'to="third fourth"; again $V2'
e VALID '' VALID '' 'another than bag-info.txt names, which their own key tells' 'to="legal fourth" named="legal escrow"' '' ''
who=fourth e VALID '' INDETERMINATE 'does not name its certificate' 'opened by one whom bag-info.txt does not name' 'to="legal fourth" named="legal escrow"' '' ''
who=fourth e VALID '' INVALID 'a recipient whom bag-info.txt names' 'not encrypted to one whom bag-info.txt names' 'named="legal fourth"' '' ''
who=k256 e VALID '' INVALID 'kind or strength' 'to a curve that is not allowed' 'to="legal k256"' '' ''
both 'order of DER' 'recipients in another order' '' '' 'r=$(der get $(p $M1) 1.0.1.0 | xxd -p | tr -d "\n"); der ins $(p $M1) 1.0.1.2 $r; der del $(p $M1) 1.0.1.0'

# the content's cipher
both 'AES-256-GCM' 'AES-128-GCM' 'to="legal third" cipher=aes-128-gcm' '' ''
both 'AES-256-GCM' 'AES-192-GCM' 'to="legal third"' '' 'cipher=aes-192-gcm; again $M1'
both 'not a CMS AuthEnvelopedData' 'AES-256-CBC' 'cipher=aes-256-cbc' '' ''
both 'not a CMS AuthEnvelopedData' 'not encrypted at all' '' '' 'openssl cms -data_create -binary -in $M1 -outform DER -out $(p $M1)'
for n in 8 11 13 16; do both 'AES-256-GCM' "a nonce of $n octets" '' '' "der put \$(p \$M1) 1.0.2.1.1.0 04$(printf %02x $n)$(printf "%0$((2 * n))d" 0)"; done
both 'AES-256-GCM' 'a tag of 12 octets' '' '' 'der put $(p $M1) 1.0.2.1.1.1 02010c; t=$(der body $(p $M1) 1.0.3 | head -c 12 | xxd -p); der put $(p $M1) 1.0.3 040c$t'
both 'AES-256-GCM' 'the length of the tag left out' '' '' 'der del $(p $M1) 1.0.2.1.1.1'
both 'AES-256-GCM' 'the length of the tag in two octets' '' '' 'der put $(p $M1) 1.0.2.1.1.1 02020010'
both 'AES-256-GCM|DER|tag' 'a tag of 15 octets, said to be of 16' '' '' 't=$(der body $(p $M1) 1.0.3 | head -c 15 | xxd -p); der put $(p $M1) 1.0.3 040f$t'
both 'AES-256-GCM|DER|tag' 'no tag' '' '' 'der del $(p $M1) 1.0.3'
both 'AES-256-GCM|DER|tag' 'a tag that is no octet string' '' '' 't=$(der body $(p $M1) 1.0.3 | xxd -p); der put $(p $M1) 1.0.3 0c10$t'
both 'holds 0 bytes|DER|AES' 'no octet of ciphertext' '' '' ': >"$work/z"; enc -in "$work/z" -out $(p $M1)'
both 'DER|AES-256-GCM' 'ciphertext left out' '' '' 'der del $(p $M1) 1.0.2.2'

# the structure
both 'AES-256-GCM' 'authenticated attributes' '' '' 'der ins $(p $M1) 1.0.3 a11a301806092a864886f70d010903310b06092a864886f70d010701'
both 'AES-256-GCM' 'other attributes' '' '' 'der ins $(p $M1) 1.0.4 a20e300c06032a030431050403616263'
both 'not a CMS AuthEnvelopedData' 'who has made it' '' '' 'der ins $(p $M1) 1.0.1 a000'
both 'not a CMS AuthEnvelopedData' 'version 1' '' '' 'der put $(p $M1) 1.0.0 020101'
both 'not a CMS AuthEnvelopedData' 'another type' '' '' 'der put $(p $M1) 0 06092a864886f70d010703'
both 'AES-256-GCM' 'another type of content' '' '' 'der put $(p $M1) 1.0.2.0 06092a864886f70d010702'
for at in '' 1 1.0 1.0.1 1.0.1.0 1.0.2 1.0.2.1; do both 'DER|AES-256-GCM|kind that is not' "indefinite length at $at" '' '' "der ber \$(p \$M1) '$at'"; done
both 'DER|AES-256-GCM' 'ciphertext in pieces' '' '' 'b=$(der body $(p $M1) 1.0.2.2 | xxd -p | tr -d "\n"); der put $(p $M1) 1.0.2.2 $(tlv a0 $(tlv 04 ${b:0:32})$(tlv 04 ${b:32}))'
both 'not a CMS AuthEnvelopedData' 'a length longer than it need be' '' '' 'perl -0777 -pi -e "s/^\x30\x82/\x30\x83\0/s" $(p $M1)'
both 'not a CMS AuthEnvelopedData' 'an octet behind' '' '' 'printf "\0" >>$(p $M1)'
both 'not a CMS AuthEnvelopedData' 'another part behind' '' '' 'cat $(p $U0) >>$(p $M1)'
both 'not a CMS AuthEnvelopedData' 'an octet before' '' '' 'printf "\0" | cat - $(p $M1) >"$work/z"; cp "$work/z" $(p $M1)'
both 'not a CMS AuthEnvelopedData' 'the last octet missing' '' '' 'truncate -s -1 $(p $M1)'
both 'not a CMS AuthEnvelopedData' 'PEM' '' '' 'openssl cms -cmsout -inform DER -in $(p $M1) -outform PEM -out "$work/z"; cp "$work/z" $(p $M1)'
both 'not a CMS AuthEnvelopedData' 'an empty part' '' '' ': >$(p $M1)'
both 'not a CMS AuthEnvelopedData' 'a plain gzip stream' '' '' 'member <$M1 >$(p $M1)'

# names, bag-info.txt
both 'must not stand|bag-info' 'a part number of five digits' '' '' 'mv $(p $F1) $F1.gz.00001.cms; parts $F1 $F1.gz.00001.cms'
both 'must not stand|bag-info' 'CMS in capitals' '' '' 'mv $(p $F1) $F1.gz.0001.CMS; parts $F1 $F1.gz.0001.CMS'
both 'must not stand|bag-info' 'without gz' '' '' 'mv $(p $F1) $F1.0001.cms; parts $F1 $F1.0001.cms'
both 'must not stand|bag-info' 'the suffix twice' '' '' 'mv $(p $F1) $(p $(p $F1)); parts $F1 $(p $(p $F1))'
both 'must not stand|bag-info' 'p7m' '' '' 'mv $(p $F1) $F1.gz.0001.p7m; parts $F1 $F1.gz.0001.p7m'
both 'does not follow' 'a gap in the numbers' '' '' 'cp $(p $F1) $(p $F1 3); parts $F1 $(p $F1) $(p $F1 3)'
both 'must not stand|ends before' 'a tag file encrypted' '' '' 'member <about/VERIFY.txt >"$work/z"; enc -in "$work/z" -out about/VERIFY.txt.gz.0001.cms' order 'order=${order/VERIFY.txt/VERIFY.txt.gz.0001.cms}'
both 'must not stand|missing' 'a signature encrypted' '' '' '' sums 'member <$A >"$work/z"; enc -in "$work/z" -out $A.gz.0001.cms' order 'order=${order/$A/$A.gz.0001.cms}'
for l in 'aes-256-gcm gzip part=1048576' 'aes-256-gcm gzip part=067108864' 'aes-256-gcm gzip' 'aes-256-gcm zstd part=67108864' 'AES-256-GCM gzip part=67108864'; do
	e INDETERMINATE 'does not know' INDETERMINATE 'does not know' "said to be $l" '' '' '' tags "edit 's/^Encryption: .*/Encryption: cms-auth-enveloped $l/' bag-info.txt"
done
both 'bag-info' 'recipients, and no word of encryption' '' '' '' tags 'edit "/^Encryption: /d" bag-info.txt'
both 'bag-info' 'the word of encryption twice' '' '' '' tags 'edit "/^Encryption: /p" bag-info.txt'
both 'plain files' 'the payload plain, and the labels' '' '' 'payload="$M0 $F1 $U0 $M1 $F2 $V1 $V2"'
both 'plain files' 'a report plain beside' '' '' 'mkdir -p data/report; echo x >data/report/r.txt; payload="$payload data/report/r.txt"'

# parts
both 'shorter than 64 MiB' 'cut before 64 MiB' '' '' 'member <$M0 >"$work/z"; head -c 60 "$work/z" >"$work/y"; enc -in "$work/y" -out $(p $M0); tail -c +61 "$work/z" >"$work/y"; enc -in "$work/y" -out $(p $M0 2); payload=" ${payload/$(p $M0)/$(p $M0) $(p $M0 2)}"'
both 'shorter than 64 MiB' 'a part added' '' '' 'echo x | member >"$work/z"; enc -in "$work/z" -out $(p $F1 2); parts $F1 $(p $F1) $(p $F1 2)'
both 'shorter than 64 MiB' 'a part twice' '' '' 'cp $(p $F1) $(p $F1 2); parts $F1 $(p $F1) $(p $F1 2)'

# one without the officers' keys
stranger='cms stranger $A -cades -nosmimecap -md sha256; cms stranger $O -cades -nosmimecap -md sha256'
both 'other certificate|does not belong|another certificate|Signer' 'an own text for the recipients, signed by a stranger' '' 'edit s/hello/hallo/ $M1' '' sign "$stranger"
both 'Signer|signature|other bytes' 'an own text for the recipients, with the signatures there were' '' 'edit s/hello/hallo/ $M1' '' sign 'cp $good/parts/demo-00000001/$A $A; cp $good/parts/demo-00000001/$O $O'
both 'Tagmanifest|seal.txt' 'an own text, and manifests adapted to it below the seal there was' '' '' '' \
    seal 'edit s/hello/hallo/ $M1; again $M1; sha256sum $payload >manifest-sha256.txt; sha256sum bagit.txt about/VERIFY.txt about/FORMAT.txt manifest-sha256.txt record-segments.tsv bag-info.txt >tagmanifest-sha256.txt'

# one with them: what only the key can tell
inside 'cannot be opened' 'a bit of the ciphertext' '' '' 'b=$(der body $(p $M1) 1.0.2.2 | xxd -p | tr -d "\n"); der put $(p $M1) 1.0.2.2 $(tlv 80 ${b:0:60}$(printf %x $((0x${b:60:1} ^ 1)))${b:61})'
inside 'cannot be opened' 'a bit of the tag' '' '' 'b=$(der body $(p $M1) 1.0.3 | xxd -p); der put $(p $M1) 1.0.3 0410$(printf %x $((0x${b:0:1} ^ 1)))${b:1}'
inside 'cannot be opened' 'another nonce' '' '' 'der put $(p $M1) 1.0.2.1.1.0 040c000102030405060708090a0b'
inside 'cannot be opened' 'the encrypted key changed' '' '' 'b=$(der body $(p $M1) 1.0.1.0.3 | xxd -p | tr -d "\n"); der put $(p $M1) 1.0.1.0.3 $(tlv 04 ${b:0:60}$(printf %x $((0x${b:60:1} ^ 1)))${b:61})'
inside 'cannot be opened' 'the tag of another part' '' '' 'b=$(der body $(p $M0) 1.0.3 | xxd -p); der put $(p $M1) 1.0.3 0410$b'
inside 'roots and counts' 'two segments changed places' '' '' 'swap $(p $M0) $(p $M1)'
inside 'another sha256' 'two attachments changed places' '' '' 'swap $(p $F1) $(p $F2)'
inside 'roots and counts|another sha256|JSON|salt' 'an attachment in place of a segment' '' '' 'swap $(p $F1) $(p $M0)'
e VALID '' VALID '' 'two views changed places: only the seal speaks of them' '' '' 'swap $(p $V1) $(p $V2)'
inside 'roots and counts' 'another text in a record' '' '' 'edit s/hello/hallo/ $M1; again $M1'
inside 'roots and counts' 'a record more' '' '' 'claim 9 $F1 >>$M1; again $M1'
inside 'roots and counts' 'a record fewer' '' '' 'edit 1d $M1; again $M1'
inside 'roots and counts' 'records in another order' '' '' 'tac $M1 >"$work/t"; cp "$work/t" $M1; again $M1'
inside 'salt' 'a record redacted' '' '' 'edit "1s/.*/{\"_redacted\":\"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea\"}/" $M1; again $M1'
inside 'without records' 'an empty segment' '' '' ': >$M1; again $M1'
inside 'line end' 'the last record without its line end' '' '' 'truncate -s -1 $M1; again $M1'
inside 'another sha256' 'another attachment' '' '' 'echo x >>$F1; again $F1'
inside 'another sha256' 'an attachment emptied' '' '' ': >$F1; again $F1'
inside 'another sha256' 'a record that says another sha256' '' 'edit "/\"id\":\"f2\"/d" $U0; claim 2 $F2 $(printf x | sha256sum | cut -c1-64) >>$U0' ''
inside 'different sha256|another sha256' 'two records that say different things' '' 'claim 2 $F2 $(printf x | sha256sum | cut -c1-64) >>$U0' ''
inside 'that is not there' 'a record of a file that is not there' '' 'claim 3 data/files/000000/000000003 $(printf x | sha256sum | cut -c1-64) >>$U0' ''
e VALID '' INDETERMINATE 'no record names file 2' 'an attachment without its record' '' 'edit "/\"id\":\"f2\"/d" $U0' ''
e VALID '' INVALID 'that is not there' 'one of a file that is not there, and none of one that is' '' 'edit "/\"id\":\"f2\"/d" $U0; claim 3 data/files/000000/000000003 $(printf x | sha256sum | cut -c1-64) >>$U0' ''

# the gzip stream inside
tail_() { member; printf x; }
cut_() { member | head -c -1; }
half() { member | head -c 20; }
none() { cat; }
other_() { gzip -n; }
named_() { cat >"$work/n"; gzip -N <"$work/n" | perl -0777 -pe 's/^(...)./$1\x08/s; substr($_, 10, 0) = "n\0"'; }
crc_() { member | perl -0777 -pe 'substr($_, -6, 1) ^= "\1"'; }
size_() { member | perl -0777 -pe 'substr($_, -4, 1) ^= "\1"'; }
empty_() { member; : | member; }
twice_() { : | member; member; }
inside 'gzip' 'an octet behind the gzip stream' '' '' 'again $V1 tail_'
inside 'gzip' 'the last octet of the gzip stream missing' '' '' 'again $V1 cut_'
inside 'gzip|damaged' 'the gzip stream cut in the middle' '' '' 'again $M0 half'
inside 'gzip' 'no gzip at all' '' '' 'again $V1 none'
inside 'gzip' 'another header of gzip' '' '' 'again $V1 other_'
inside 'gzip' 'a name in the header of gzip' '' '' 'again $V1 named_'
inside 'CRC or length' 'another CRC of gzip' '' '' 'again $V1 crc_'
inside 'CRC or length' 'another length of gzip' '' '' 'again $V1 size_'
inside 'gzip' 'an empty member behind' '' '' 'again $V1 empty_'
inside 'gzip' 'an empty member before' '' '' 'again $V1 twice_'

# Parts of 64 MiB: a file of three.  Some seconds each, hence not among the samples.
big() {		# a view of 140 MB that does not become smaller, in its parts
	head -c 140000000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null >$V1
	gzip -n1 <$V1 | { printf '\037\213\010\0\0\0\0\0\0\377'; tail -c +11; } | split -b "${1:-67108864}" -a 1 --numeric-suffixes=1 - "$work/z."
	rm $V1
	local i
	for i in 1 2 3; do
		[ $i != 2 ] || to=${second:-$to}
		enc -in "$work/z.$i" -out "$(p $V1 $i)"; rm "$work/z.$i"
	done
}
B='$(p $V1) $(p $V1 2) $(p $V1 3)'
if [ $step = 1 ]; then
	e VALID '' VALID '' 'big: three parts' '' '' "big; parts \$V1 $B"
	inside 'gzip|damaged' 'big: the first two parts changed places' '' '' "big; parts \$V1 $B; swap \$(p \$V1) \$(p \$V1 2)"
	inside 'gzip' 'big: the last part missing' '' '' "big; parts \$V1 \$(p \$V1) \$(p \$V1 2)"
	inside 'gzip|damaged' 'big: the middle part missing' '' '' "big; mv \$(p \$V1 3) \$(p \$V1 2); parts \$V1 \$(p \$V1) \$(p \$V1 2)"
	inside 'gzip|damaged' 'big: the second part twice' '' '' "big; mv \$(p \$V1 3) \$(p \$V1 4); cp \$(p \$V1 2) \$(p \$V1 3); parts \$V1 $B \$(p \$V1 4)"
	both 'shorter than 64 MiB' 'big: a fourth part' '' '' "big; cp \$(p \$V1 3) \$(p \$V1 4); parts \$V1 $B \$(p \$V1 4)"
	both 'other recipients than' 'big: the second part and what follows for somebody else' '' '' "second='legal third'; big; parts \$V1 $B"
	both 'holds 67108865 bytes' 'big: a part of one octet more' '' '' "big 67108865; parts \$V1 $B"
	both 'shorter than 64 MiB' 'big: parts of one octet less' '' '' "big 67108863; parts \$V1 $B"
fi
