# Container: tar headers, gzip members, paths; everything else of these archives is right and signed.
M='printf "\037\213\010\0\0\0\0\0\0\377"; gzip -n -6 | tail -c +11'
member="member() { $M; }; "
gz() { c "$1" "$2" "gzip: $3" gz "$member$4"; }
gz VALID '' 'one member' 'member <a.tar'
gz VALID '' 'a member for every 512 octets' 'split -b 512 -a 4 a.tar p.; for f in p.*; do member <$f; done'
gz VALID '' 'stored' 'printf "\037\213\010\0\0\0\0\0\0\377"; gzip -n -1 <a.tar | tail -c +11'
gz INVALID 'another header' 'of another program' 'gzip -n <a.tar'
gz INVALID 'another header' 'with a name' 'cp a.tar x; gzip -N -c x'
gz INVALID 'another header' 'with FEXTRA' 'printf "\037\213\010\004\0\0\0\0\0\377\0\0"; gzip -n <a.tar | tail -c +11'
gz INVALID 'another header' 'second member with FEXTRA' 'head -c 1024 a.tar | member; printf "\037\213\010\004\0\0\0\0\0\377\002\0ab"; tail -c +1025 a.tar | gzip -n | tail -c +11'
gz INVALID 'another header' 'second member with a comment' 'head -c 1024 a.tar | member; printf "\037\213\010\020\0\0\0\0\0\377abc\0"; tail -c +1025 a.tar | gzip -n | tail -c +11'
gz INVALID 'another header' 'second member with FHCRC' 'head -c 1024 a.tar | member; printf "\037\213\010\002\0\0\0\0\0\377\0\0"; tail -c +1025 a.tar | gzip -n | tail -c +11'
gz INVALID 'another header' 'second member with reserved flags' 'head -c 1024 a.tar | member; printf "\037\213\010\200\0\0\0\0\0\377"; tail -c +1025 a.tar | gzip -n | tail -c +11'
gz INVALID 'empty' 'an empty member first' 'printf "" | member; member <a.tar'
gz INVALID 'empty' 'an empty member in between' 'head -c 1024 a.tar | member; printf "" | member; tail -c +1025 a.tar | member'
gz INVALID 'empty' 'an empty member last' 'member <a.tar; printf "" | member'
gz INVALID 'CRC' 'another CRC' 'member <a.tar >g; head -c -8 g; printf "\0\0\0\0"; tail -c 4 g'
gz INVALID 'CRC|length' 'another length' 'member <a.tar >g; head -c -4 g; printf "\0\0\0\0"'
gz INVALID '' 'zeros between' 'head -c 1024 a.tar | member; printf "\0"; tail -c +1025 a.tar | member'
gz INVALID '' 'zeros behind' 'member <a.tar; head -c 512 /dev/zero'
gz INVALID '' 'plain tar behind the first member' 'head -c 1024 a.tar | member; tail -c +1025 a.tar'
gz INVALID '' 'the last member missing' 'head -c -2048 a.tar | member'
gz INVALID '' 'the last octet missing' 'member <a.tar | head -c -1'
gz INVALID '' 'compressed twice' 'member <a.tar | member'
gz INVALID '' 'a third zero block in a member of its own' 'member <a.tar; head -c 512 /dev/zero | member'
gz INVALID '' 'zstd' 'printf "\050\265\057\375"; cat a.tar'

h() { c INVALID 'header|path|type|root|neither' "$1" order "order=\$(sed 's,^$2\$,&|$3,' <<<\"\$order\")"; }
h 'mode 0755' data/files/000000/000000002 'mode=000755 '
h 'mode 0600' data/files/000000/000000002 'mode=000600 '
h 'mode with set-user-id' data/files/000000/000000002 'mode=004755 '
h 'mode in seven digits' data/files/000000/000000002 'mode=0000644'
h 'uid 1' data/files/000000/000000002 'uid=000001 '
h 'gid 1' data/files/000000/000000002 'gid=000001 '
h 'uid of the first entry' bagit.txt 'uid=001750 '
h 'a user name' data/files/000000/000000002 uname=root
h 'a group name' data/files/000000/000000002 gname=root
h 'a link name' data/files/000000/000000002 link=bagit.txt
h 'device numbers' data/files/000000/000000002 'devmajor=000001 '
h 'a prefix' data/files/000000/000000002 prefix=x
h 'GNU magic' data/files/000000/000000002 'magic=ustar |version= '
h 'old magic' data/files/000000/000000002 'magic=\\\\000|version=\\\\000'
h 'octets behind the prefix' data/files/000000/000000002 tail=x
h 'another checksum' data/files/000000/000000002 'chksum=000000\\\\000 '
h 'another form of the checksum' data/files/000000/000000002 'chksum= 12345\\\\000'
h 'another day' data/files/000000/000000002 'mtime=15500000000 '
h 'no time' data/files/000000/000000002 'mtime=00000000000 '
h 'an octet behind the path' data/files/000000/000000002 'path=demo-00000001/data/files/000000/000000002\\\\000x'
h 'size in twelve digits' data/views/empty.csv 'size=000000000000'
h 'size in base 256' data/views/empty.csv 'size=\\\\200'
h 'a symbolic link' data/views/empty.csv 'type=2|link=messages.csv'
h 'a symbolic link outwards' data/views/empty.csv 'type=2|link=/etc/passwd'
h 'a hard link' data/views/empty.csv 'type=1|link=demo-00000001/data/views/messages.csv'
h 'a character device' data/views/empty.csv 'type=3'
h 'a block device' data/views/empty.csv 'type=4'
h 'a directory' data/views/empty.csv 'type=5'
h 'a pipe' data/views/empty.csv 'type=6'
h 'a contiguous file' data/views/empty.csv 'type=7'
h 'the old type' data/views/empty.csv 'type=\\\\000'
h 'a volume label' data/views/empty.csv 'type=V'
h 'a multi-volume part' data/views/empty.csv 'type=M'

add() { c INVALID "${4:-header|path|type|root|neither|must not stand}" "$1" order "order=\$(sed 's,^$2\$,$3\n&,' <<<\"\$order\")"; }	# one entry before another
f2=data/files/000000/000000002
add 'an entry for a directory' $f2 'x|path=demo-00000001/data/|type=5|mode=000755 |text='
add 'an entry for the root directory' bagit.txt 'x|path=demo-00000001/|type=5|mode=000755 |text='
add 'a pax header with a small size' $f2 "x|path=demo-00000001/data/files/000000/PaxHeader/000000002|type=x|text=13 size=1500\\\\\\\\n"
add 'a pax header with another path' $f2 "x|path=demo-00000001/data/files/000000/PaxHeader/000000002|type=x|text=16 path=bagit.txt\\\\\\\\n"
add 'a pax header with a time' $f2 "x|path=demo-00000001/data/files/000000/PaxHeader/000000002|type=x|text=20 mtime=1500000000\\\\\\\\n"
add 'an empty pax header' $f2 "x|path=demo-00000001/data/files/000000/PaxHeader/000000002|type=x|text="
add 'a global pax header' bagit.txt "x|path=demo-00000001/pax_global_header|type=g|text=13 comment=ab\\\\\\\\n"
add 'a GNU long name' $f2 'x|path=././@LongLink|type=L|text=demo-00000001/data/views/other\\\\000'
add 'a GNU long link' $f2 'x|path=././@LongLink|type=K|text=x'
add 'a sparse file' $f2 'x|path=demo-00000001/data/views/sparse|type=S|text='
add 'an entry outside of the root directory' $f2 'x|path=other/data/x|text=x'
add 'an entry without directory' $f2 'x|path=data|text=x'
add 'an absolute path' $f2 'x|path=/etc/passwd|text=x'
add 'a path upwards' $f2 'x|path=demo-00000001/../x|text=x'
add 'the root directory with a dot' bagit.txt 'x|path=./demo-00000001/x|text=x'
add 'an empty path' $f2 'x|path=|text=x'

v() { c INVALID "$1" "a view called $2" payload "mkdir -p \"\$(dirname 'data/views/$2')\"; echo x >'data/views/$2'; payload=\"\$payload data/views/$2\""; }	# listed and sealed under that name
v 'path' .hidden
v 'path' -option
v 'path' dot.
v 'path' a+b.csv
v 'path' 'a~'
v 'path' 表.csv
v 'path' 'back\slash'
v 'path' 'colon:x'
v 'path' con
v 'path' CON.txt
v 'path' nul.tar.gz
v 'path' Aux.csv
v 'path' com0
v 'path' LPT9.x
v 'path' prn/x.csv
v 'path|too long' "$(printf 'x%.0s' {1..90})"
v 'comes twice' Messages.csv
v 'comes twice' EMPTY.CSV
c VALID '' 'a view called console.csv' payload 'echo x >data/views/console.csv; payload="$payload data/views/console.csv"'
c VALID '' 'a view called com10' payload 'echo x >data/views/com10; payload="$payload data/views/com10"'
c VALID '' 'a path of 100 octets' payload 'f=data/views/$(head -c 75 /dev/zero | tr "\0" x); echo x >$f; payload="$payload $f"'
c INVALID 'path' 'a path of 101 octets' payload 'f=data/views/$(head -c 76 /dev/zero | tr "\0" x); echo x >$f; payload="$payload $f"'
c INVALID 'comes twice' 'a view twice' payload 'payload="$payload $V1"'
c INVALID 'next file' 'an attachment twice' payload 'payload="$payload $F1"'
c INVALID 'next segment' 'a segment twice' payload 'payload="$payload $M0"'
c INVALID 'must not stand' 'a file at the top' order 'order=$(sed "s,^manifest,README.txt|text=x\n&," <<<"$order")'
c INVALID 'must not stand' 'fetch.txt' tags 'echo "http://example.org/x - data/views/x" >fetch.txt' order 'order=$(sed "s,^record,fetch.txt\n&," <<<"$order")'
c INVALID 'must not stand' 'data beside its rows' payload 'mkdir data/other; echo x >data/other/x; payload="$payload data/other/x"'
c INVALID 'must not stand' 'a file in data' payload 'echo x >data/x; payload="$payload data/x"'
c INVALID 'must not stand' 'payload behind the manifest' order 'order=$(sed "/empty.csv/d;s,^record-seg,data/views/empty.csv\n&," <<<"$order")'
c INVALID 'must not stand' 'about behind the payload' order 'order=$(sed "/FORMAT/d;s,^manifest,about/FORMAT.txt\n&," <<<"$order")'
c INVALID 'must not stand' 'no payload at all' plan 'payload=' tags ': >record-segments.tsv' order ':'
c VALID '' 'no records at all' payload 'payload="$V1"; mkdir -p data/report'
c VALID '' 'a heartbeat: a report only' payload 'mkdir -p data/report; echo "{}" >data/report/completeness.json; payload=data/report/completeness.json'
c VALID '' 'a payload of one empty file' payload 'payload=$V2'
c INVALID 'next file' 'attachments from 2' payload 'payload="$M0 $F2"'
c INVALID 'next segment' 'segments from 1' payload 'payload="$M1"'
c INVALID 'must not stand' 'an attachment in the wrong directory' payload 'mkdir data/files/000001; cp $F2 data/files/000001/000000002; payload="$F1 data/files/000001/000000002"'
c INVALID 'must not stand' 'an extension of nine characters' payload 'cp $F1 data/files/000000/000000003.ninechars; payload="$payload data/files/000000/000000003.ninechars"'
c INVALID 'must not stand' 'an extension with a dash' payload 'cp $F1 data/files/000000/000000003.a-b; payload="$payload data/files/000000/000000003.a-b"'
c INVALID 'must not stand' 'a stream with an underscore' payload 'mkdir data/records/a_b; cp $U0 data/records/a_b/000000.jsonl; payload="$payload data/records/a_b/000000.jsonl"'
c INVALID 'must not stand' 'a stream that begins with a digit' payload 'mkdir data/records/1a; cp $U0 data/records/1a/000000.jsonl; payload="$payload data/records/1a/000000.jsonl"'
c INVALID 'root directory' 'a label in capitals' plan 'name=Demo-00000001'
c INVALID 'root directory' 'a label of 17 characters' plan 'name=abcdefghijklmnopq-00000001'
c INVALID 'path' 'a label that begins with a dash' plan 'name=-demo-00000001'
c INVALID 'root directory' 'seven digits' plan 'name=demo-0000001'
c INVALID 'root directory|Archive' 'nine digits with a zero' plan 'name=demo-000000001'
c INVALID 'padding' 'padding that is not zero' order "order=\$(sed 's,000000001.txt\$,&|pad=x,' <<<\"\$order\")"
c INVALID 'bytes behind|too early|end' 'a third zero block' tar 'head -c 512 /dev/zero >>a.tar'
c INVALID 'bytes behind|end' 'padded to 10,240' tar 'truncate -s 40960 a.tar'
c INVALID 'too early' 'one zero block' tar 'truncate -s -512 a.tar'
c INVALID 'too early' 'no zero block' tar 'truncate -s -1024 a.tar'
c INVALID 'neither' 'a zero block in between' tar 'head -c 512 /dev/zero >z; { head -c 1024 a.tar; cat z; tail -c +1025 a.tar; } >b; mv b a.tar'
c INVALID 'bytes behind' 'two archives in one' tar 'cat a.tar a.tar >b; mv b a.tar'
c INVALID '' 'made by tar itself' tar 'tar --format=ustar --owner=0 --group=0 --mtime=2026-11-22 --mode=0644 -cf a.tar "$name"'
c INVALID 'day|header' 'every entry an hour later' order 'order=$(sed "s,\$,|mtime=15210201020 ," <<<"$order")'
c INVALID 'bag-info' 'another day in bag-info' tags 'edit "s/11-22/11-23/" bag-info.txt'

# bag-info.txt and bagit.txt
b() { c INVALID "${4:-bag-info}" "bag-info: $1" tags "edit '$2' bag-info.txt"; }
b 'CR LF' 's/$/\r/'
b 'another order' '/^Bagging/{h;d};/^Payload/G'
b 'a label twice' '/^Bagging/p'
b 'a label missing' '/^Bag-Count/d'
c VALID '' 'bag-info: a label nobody knows' tags 'echo "X-Note: x" >>bag-info.txt'
c INVALID 'bag-info' 'bag-info: a label nobody knows in between' tags 'edit "/^Bag-Count/i X-Note: x" bag-info.txt'
c INVALID 'bag-info' 'bag-info: no last line end' tags 'truncate -s -1 bag-info.txt'
b 'no value' 's/^Software: .*/Software: /'
b 'another identifier' 's/^External-Identifier: .*/External-Identifier: demo-00000002/'
b 'another Payload-Oxum' 's/^Payload-Oxum: ./Payload-Oxum: 9/'
b 'volume 0' 's/1 of 1/0 of 1/'
b 'volume 2 of 1' 's/1 of 1/2 of 1/'
b 'a folded value' 's/^Software: .*/&\n  more/'
b 'encryption of nothing' 's/^Software/Encryption: cms-auth-enveloped aes-256-gcm gzip part=67108864\n&/'
b 'not UTF-8' 's/^Software: .*/Software: \xff/'
c VALID '' 'volume 3 of many' tags 'edit "s/1 of 1/3 of ?/" bag-info.txt'
t() { c INVALID 'bagit' "bagit.txt: $1" payload "$2"; }
t 'version 0.97' 'edit s/1.0/0.97/ bagit.txt'
t 'CR LF' 'edit "s/\$/\r/" bagit.txt'
t 'UTF-16' 'edit s/UTF-8/UTF-16/ bagit.txt'
t 'a byte order mark' 'edit "1s/^/\xef\xbb\xbf/" bagit.txt'
t 'a third line' 'echo x >>bagit.txt'
t 'empty' ': >bagit.txt'
