#!/usr/bin/perl
# pack.pl ROOT-DIRECTORY NAME MTIME: the tar of the entries named on standard input, from the format's description (2.1), to standard output.
#
# One entry a line: path below NAME, then "|field=value" for each field an attacker wants otherwise:
#   path (whole, instead of NAME/path), from (file with the content), text (content, \n is LF), size (a number below 10^11; else the bytes of the field), mode uid gid mtime
#   chksum type link magic version uname gname devmajor devminor prefix (bytes of the header), pad (byte of the padding), tail (last bytes of the header)
# A line "raw:FILE" stands for the bytes of that file.
use strict;
use warnings;

my ($root, $name, $mtime) = @ARGV;
binmode(STDOUT);

sub slurp {
	open(my $in, '<:raw', $_[0]) or die "pack.pl: $_[0]: $!\n";
	local $/;
	return scalar(<$in>) // '';
}

while (my $line = <STDIN>) {
	chomp $line;
	if ($line =~ /^raw:(.*)/) { print slurp($1); next; }
	my ($path, @fields) = split(/\|/, $line);
	my %f = map { /^([a-z]+)=(.*)$/s ? ($1 => $2) : die "pack.pl: $line\n" } @fields;
	$f{$_} =~ s/\\([0-7]{3}|n)/$1 eq 'n' ? "\n" : chr(oct($1))/ge for keys %f;
	my $data = exists $f{text} ? $f{text} : slurp($f{from} // "$root/$path");
	my $size = $f{size} // length($data);
	my @parts = ($f{path} // "$name/$path", $f{mode} // '000644 ', $f{uid} // '000000 ', $f{gid} // '000000 ',
	    $size =~ /^\d{1,11}$/ ? sprintf('%011o ', $size) : $size, $f{mtime} // sprintf('%011o ', $mtime), ' ' x 8, $f{type} // '0', $f{link} // '',
	    $f{magic} // "ustar\0", $f{version} // '00', $f{uname} // '', $f{gname} // '', $f{devmajor} // '000000 ', $f{devminor} // '000000 ',
	    $f{prefix} // '', $f{tail} // '');
	my $header = pack('a100 a8 a8 a8 a12 a12 a8 a1 a100 a6 a2 a32 a32 a8 a8 a155 a12', @parts);
	substr($header, 148, 8) = $f{chksum} // sprintf("%06o\0 ", unpack('%32C*', $header));
	print $header, $data, ($f{pad} // "\0") x ((512 - length($data) % 512) % 512);
}
print "\0" x 1024;
