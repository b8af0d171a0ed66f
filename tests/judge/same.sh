#!/usr/bin/env bash
# same.sh ARCHIVE-A ARCHIVE-B: are two archives of the same source equal, leaving out what tells of the run itself
# (data/records/events, the certificate, in its pages the rows of sessions and events, and the hashes and figures that follow from them)?
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/a" "$work/b"
tar -xzf "$1" -C "$work/a" --strip-components=1
tar -xzf "$2" -C "$work/b" --strip-components=1
for d in a b; do
	(cd "$work/$d" && rm -rf data/records/events data/report/completeness.json data/views/events.csv seal tagmanifest-sha256.txt &&
		{ [ ! -e data/report/report.html ] || sed -i -E '/<code class="id">events<|lang="en">sessions</d' data/report/report.html; } &&
		{ [ ! -e data/report/report.pdf ] || { pdftotext -layout data/report/report.pdf - | grep -vE '^ *events |Sessions|^ *[0-9a-f]{64}' >report.txt; rm data/report/report.pdf; }; } &&
		grep -vE ' data/(records/events/|report/completeness|report/report\.(html|pdf)|views/events\.csv)' manifest-sha256.txt > m && mv m manifest-sha256.txt &&
		grep -v 'data/records/events/' record-segments.tsv > r && mv r record-segments.tsv &&
		sed -i -E 's/^(Payload-Oxum): .*/\1/' bag-info.txt)
done
diff -rq "$work/a" "$work/b" || { diff -r "$work/a" "$work/b" | cut -c1-600 | head -8; exit 1; }
# and in the same order
diff <(tar -tzf "$1" | grep -v events) <(tar -tzf "$2" | grep -v events)
