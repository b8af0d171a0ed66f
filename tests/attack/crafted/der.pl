#!/usr/bin/perl
# der.pl COMMAND FILE PATH [HEX|-]: edit one element of a DER file and write the file anew with right lengths.
#
# PATH: numbers of children joined by ".", from the outermost element ("" is that itself).
#   get   the element, header and all, to standard output     body  its contents
#   put   HEX instead of the element                          ins   HEX before it (PATH one past the last: at the end)
#   del   without it                                          ber   the element with indefinite length (FILE is then no DER any more)
#   count how many children it has
# HEX "-": the bytes of standard input.
use strict;
use warnings;

my ($command, $file, $path, $hex) = @ARGV;
open(my $in, '<:raw', $file) or die "der.pl: $file: $!\n";
my $der = do { local $/; <$in> };
close($in);
my $new = '';
if (defined $hex) {
	if ($hex eq '-') { binmode(STDIN); local $/; $new = <STDIN>; } else { $new = pack('H*', $hex); }
}

sub take {	# one element off the front: (tag octet, contents)
	my ($at) = @_;
	my $tag = substr($$at, 0, 1);
	my $n = ord(substr($$at, 1, 1));
	my $head = 2;
	if ($n & 0x80) {
		my $k = $n & 0x7f;
		$n = 0;
		$n = $n * 256 + $_ for unpack('C*', substr($$at, 2, $k));
		$head += $k;
	}
	my $body = substr($$at, $head, $n);
	$$at = substr($$at, $head + $n);
	return ($tag, $body);
}

sub give {
	my ($tag, $body) = @_;
	my $n = length($body);
	my $len = $n < 128 ? chr($n) : $n < 256 ? "\x81" . chr($n) : $n < 65536 ? "\x82" . pack('n', $n) : "\x83" . substr(pack('N', $n), 1);
	return $tag . $len . $body;
}

sub children {
	my ($body) = @_;
	my @all;
	push @all, give(take(\$body)) while length($body) > 0;
	return @all;
}

sub edit {
	my ($element, @way) = @_;
	my ($tag, $body) = take(\(my $copy = $element));
	if (@way == 0) {
		if ($command eq 'get') { print $element; exit 0; }
		if ($command eq 'body') { print $body; exit 0; }
		if ($command eq 'count') { print scalar(children($body)), "\n"; exit 0; }
		return $new if $command eq 'put';
		return '' if $command eq 'del';
		return $new . $element if $command eq 'ins';
		return $tag . "\x80" . $body . "\0\0" if $command eq 'ber';
		die "der.pl: no command $command\n";
	}
	my @all = children($body);
	my $i = shift @way;
	if ($i == @all && @way == 0 && $command eq 'ins') {
		push @all, $new;
	} else {
		die "der.pl: $file has no element $path\n" if $i >= @all;
		$all[$i] = edit($all[$i], @way);
	}
	return give($tag, join('', @all));
}

binmode(STDOUT);
my $out = edit($der, split(/\./, $path));
open(my $fh, '>:raw', $file) or die "der.pl: $file: $!\n";
print $fh $out;
close($fh) or die "der.pl: $file: $!\n";
