#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# prom.pl FILE: Prometheus' text format, version 0.0.4, as its own "Exposition formats" page has it, and stricter:
# HELP, TYPE, then all samples of a metric, each series once; names as the naming rules want them (a counter ends
# in _total, a time in _seconds); only whole values; a last line feed. Prints each fault; exit status 1 with one.
use strict;
use warnings;

local $/;
open my $f, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my $text = <$f>;
my (%help, %type, %seen, $current, $bad);
sub wrong { print "$ARGV[0]:$_[0]: $_[1]\n"; $bad = 1 }

wrong(0, 'no line feed at the end') unless $text =~ /\n\z/;
wrong(0, 'not UTF-8') unless utf8::decode(my $copy = $text);
my $n = 0;
for my $line (split /\n/, $text) {
	$n++;
	if ($line =~ /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/) {
		my ($name, $help) = ($1, $2);
		wrong($n, "HELP of $name twice") if $help{$name}++;
		wrong($n, 'an escape that is none') if $help =~ /\\(?![\\n])/;
		$current = undef;
	} elsif ($line =~ /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/) {
		my ($name, $type) = ($1, $2);
		wrong($n, "TYPE of $name twice") if $type{$name};
		wrong($n, "TYPE of $name without HELP before it") unless $help{$name};
		wrong($n, "$name: a counter ends in _total, and nothing else does")
			if ($type eq 'counter') != ($name =~ /_total$/);
		wrong($n, "$name: a time ends in _seconds") if $name =~ /_time(?!_seconds)/;
		$type{$name} = $type;
		$current = $name;
	} elsif ($line =~ /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*",?)*)\} (-?[0-9]+)$/) {
		my ($name, $labels, $value) = ($1, $2, $3);
		wrong($n, "$name is not below its own TYPE") unless defined $current && $name eq $current;
		wrong($n, "$name: a counter below 0") if ($type{$name} // '') eq 'counter' && $value < 0;
		my %label;
		while ($labels =~ /\G([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g) {
			wrong($n, "label $1 twice") if exists $label{$1};
			$label{$1} = $2;
		}
		my $key = join ',', $name, map { "$_=$label{$_}" } sort keys %label;
		wrong($n, "$key twice") if $seen{$key}++;
	} else {
		wrong($n, "neither HELP, TYPE nor a sample: $line");
	}
}
exit($bad ? 1 : 0);
