#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# check.pl SCHEMA FILE: does the JSON file fit? The few words of JSON Schema our schemas use:
# type (one or a list), const, enum, properties, required, additionalProperties, items, minimum,
# pattern. A word it does not know is an error of the schema.
use strict;
use warnings;
use JSON::PP;
use B ();

my %known = map { $_ => 1 } qw($schema title description type const enum properties required
	additionalProperties items minimum pattern);
my @wrong;

sub load { local $/; open my $f, '<', $_[0] or die "$_[0]: $!\n"; JSON::PP->new->decode(<$f>) }

sub is_number { my $f = B::svref_2object(\$_[0])->FLAGS; $f & (B::SVp_IOK | B::SVp_NOK) && !($f & B::SVp_POK) }

sub type_of {
	my $v = shift;
	return 'null' if !defined $v;
	return 'boolean' if JSON::PP::is_bool($v);
	return 'object' if ref $v eq 'HASH';
	return 'array' if ref $v eq 'ARRAY';
	return 'string' if !is_number($v);
	return $v == int $v ? 'integer' : 'number';
}

sub same { my ($a, $b) = @_; type_of($a) eq type_of($b) && (!defined $a || $a eq $b) }

sub check {
	my ($s, $v, $at) = @_;
	my $type = type_of($v);
	$known{$_} or die "schema: $at: unknown word $_\n" for keys %$s;
	if (exists $s->{type}) {
		my @types = ref $s->{type} ? @{$s->{type}} : $s->{type};
		push @wrong, "$at: is $type, not @types"
			unless grep { $_ eq $type || ($_ eq 'number' && $type eq 'integer') } @types;
	}
	push @wrong, "$at: is not the constant" if exists $s->{const} && !same($v, $s->{const});
	push @wrong, "$at: is none of the words: " . ($v // 'null')
		if $s->{enum} && !grep { same($v, $_) } @{$s->{enum}};
	push @wrong, "$at: is below $s->{minimum}"
		if defined $s->{minimum} && $type eq 'integer' && $v < $s->{minimum};
	push @wrong, "$at: does not look like $s->{pattern}"
		if defined $s->{pattern} && $type eq 'string' && $v !~ /$s->{pattern}/;
	if ($type eq 'object') {
		exists $v->{$_} or push @wrong, "$at: lacks $_" for @{$s->{required} // []};
		for my $k (sort keys %$v) {
			my $p = ($s->{properties} // {})->{$k};
			if ($p) { check($p, $v->{$k}, "$at.$k") }
			elsif (exists $s->{additionalProperties} && !$s->{additionalProperties}) {
				push @wrong, "$at: $k is not in the schema";
			}
		}
	}
	if ($type eq 'array' && $s->{items}) {
		check($s->{items}, $v->[$_], "$at\[$_]") for 0 .. $#$v;
	}
}

@ARGV == 2 or die "check.pl SCHEMA FILE\n";
check(load($ARGV[0]), load($ARGV[1]), '$');
print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
