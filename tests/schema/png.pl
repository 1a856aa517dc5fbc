#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# png.pl FILE: decodes an 8-bit RGB or RGBA PNG, checks each chunk's CRC, and
# prints "WIDTHxHEIGHT N lit, M colours": how many pixels are not black, and how many different ones there are.
use strict;
use warnings;
use Compress::Zlib;

local $/;
open my $f, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my $bytes = <$f>;
substr($bytes, 0, 8) eq "\x89PNG\r\n\x1a\n" or die "no PNG signature\n";
my ($at, $data, $end, $w, $h, $per) = (8, '');
while ($at + 12 <= length $bytes) {
	my ($len, $type) = unpack 'Na4', substr $bytes, $at, 8;
	$at + 12 + $len <= length $bytes or die "chunk $type is cut\n";
	my $body = substr $bytes, $at + 8, $len;
	crc32($type . $body) == unpack('N', substr $bytes, $at + 8 + $len, 4) or die "CRC of $type\n";
	if ($type eq 'IHDR') {
		my ($depth, $color, $z, $filter, $interlace);
		($w, $h, $depth, $color, $z, $filter, $interlace) = unpack 'NNC5', $body;
		$depth == 8 && !$interlace && ($color == 2 || $color == 6) or die "unexpected kind\n";
		$per = $color == 2 ? 3 : 4;
	}
	$data .= $body if $type eq 'IDAT';
	$at += 12 + $len;
	$end = 1, last if $type eq 'IEND';
}
$end && $at == length $bytes or die "no end\n";
$w >= 320 && $h >= 200 && $w <= 16384 && $h <= 16384 or die "no screen has ${w}x$h\n";
$data = uncompress($data) // die "cannot be uncompressed\n";
my $stride = $w * $per;
length $data == $h * ($stride + 1) or die "wrong amount of pixels\n";

# PNG specification, 9.2: each line is filtered against the pixel to the left and the line above.
my ($lit, %colours, @above) = (0);
@above = (0) x $stride;
for my $y (0 .. $h - 1) {
	my ($filter, @line) = unpack 'C*', substr $data, $y * ($stride + 1), $stride + 1;
	for my $x (0 .. $stride - 1) {
		my $a = $x >= $per ? $line[$x - $per] : 0;
		my ($b, $c) = ($above[$x], $x >= $per ? $above[$x - $per] : 0);
		my $p = $a + $b - $c;
		my ($pa, $pb, $pc) = (abs($p - $a), abs($p - $b), abs($p - $c));
		my $paeth = $pa <= $pb && $pa <= $pc ? $a : $pb <= $pc ? $b : $c;
		my $guess = (0, $a, $b, int(($a + $b) / 2), $paeth)[$filter] // die "filter $filter\n";
		$line[$x] = ($line[$x] + $guess) & 255;
	}
	for (my $x = 0; $x < $stride; $x += $per) {
		$lit++ if $line[$x] || $line[$x + 1] || $line[$x + 2];
		$colours{$line[$x] << 16 | $line[$x + 1] << 8 | $line[$x + 2]} = 1;
	}
	@above = @line;
}
print "${w}x$h $lit lit, ", scalar keys %colours, " colours\n";
