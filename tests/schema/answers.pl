#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# answers.pl FILE: an Autounattend.xml against a table of rules for each setting in it: which component has it, in
# which configuration pass, which values, how long. Written after Microsoft's "Unattended Windows Setup Reference"
# (learn.microsoft.com, windows-hardware/customize/desktop/unattend), not compared with it row by row. A setting that is not in the table below is wrong.
# Prints each fault. The file's being well-formed is xmllint's to say.
use strict;
use warnings;

my $bool = qr/^(true|false)$/;
my $order = qr/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/;
my $lang = qr/^[a-z]{2,3}(-[A-Za-z]{4})?-[A-Z]{2}$/;
my $ui = qr/^(Always|Never|OnError)$/;
sub text { my $n = shift; qr/^.{1,$n}$/s }

# component => [passes], then path => pattern of its text; undef: holds others.
my %known = (
	'Microsoft-Windows-International-Core-WinPE' => [['windowsPE'], {
		'SetupUILanguage' => undef, 'SetupUILanguage/UILanguage' => $lang,
		map { $_ => $lang } qw(InputLocale SystemLocale UILanguage UserLocale) }],
	'Microsoft-Windows-PnpCustomizationsWinPE' => [['windowsPE'], {
		'DriverPaths' => undef, 'DriverPaths/PathAndCredentials' => undef,
		'DriverPaths/PathAndCredentials/Path' => qr/^[A-Z]:\\[\w\\]+$/ }],
	'Microsoft-Windows-Setup' => [['windowsPE'], {
		'DiskConfiguration' => undef, 'DiskConfiguration/WillShowUI' => $ui, 'DiskConfiguration/Disk' => undef,
		'DiskConfiguration/Disk/DiskID' => qr/^\d+$/, 'DiskConfiguration/Disk/WillWipeDisk' => $bool,
		'DiskConfiguration/Disk/CreatePartitions' => undef,
		'DiskConfiguration/Disk/CreatePartitions/CreatePartition' => undef,
		'DiskConfiguration/Disk/CreatePartitions/CreatePartition/Order' => $order,
		'DiskConfiguration/Disk/CreatePartitions/CreatePartition/Type' => qr/^(EFI|Extended|Logical|MSR|Primary)$/,
		'DiskConfiguration/Disk/CreatePartitions/CreatePartition/Size' => qr/^[1-9]\d*$/,
		'DiskConfiguration/Disk/CreatePartitions/CreatePartition/Extend' => $bool,
		'DiskConfiguration/Disk/ModifyPartitions' => undef,
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition' => undef,
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/Order' => $order,
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/PartitionID' => qr/^[1-9]\d*$/,
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/Format' => qr/^(NTFS|FAT32)$/,
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/Label' => text(32),
		'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/Letter' => qr/^[C-Z]$/,
		'ImageInstall' => undef, 'ImageInstall/OSImage' => undef, 'ImageInstall/OSImage/InstallFrom' => undef,
		'ImageInstall/OSImage/InstallFrom/MetaData' => undef,
		'ImageInstall/OSImage/InstallFrom/MetaData/Key' => qr{^/IMAGE/(INDEX|NAME|DESCRIPTION)$},
		'ImageInstall/OSImage/InstallFrom/MetaData/Value' => qr/^.+$/,
		'ImageInstall/OSImage/InstallTo' => undef, 'ImageInstall/OSImage/InstallTo/DiskID' => qr/^\d+$/,
		'ImageInstall/OSImage/InstallTo/PartitionID' => qr/^[1-9]\d*$/,
		'UserData' => undef, 'UserData/AcceptEula' => qr/^true$/, 'UserData/ProductKey' => undef,
		'UserData/ProductKey/Key' => qr/^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/, 'UserData/ProductKey/WillShowUI' => $ui }],
	'Microsoft-Windows-Deployment' => [['specialize', 'auditUser'], {
		'RunSynchronous' => undef, 'RunSynchronous/RunSynchronousCommand' => undef,
		'RunSynchronous/RunSynchronousCommand/Order' => $order,
		'RunSynchronous/RunSynchronousCommand/Description' => text(259),
		'RunSynchronous/RunSynchronousCommand/Path' => text(259) }],
	'Microsoft-Windows-TerminalServices-LocalSessionManager' => [['specialize', 'generalize'], {
		'fDenyTSConnections' => $bool }],
	'Networking-MPSSVC-Svc' => [['specialize'], {
		'FirewallGroups' => undef, 'FirewallGroups/FirewallGroup' => undef,
		'FirewallGroups/FirewallGroup/Active' => $bool, 'FirewallGroups/FirewallGroup/Group' => qr/^\@FirewallAPI\.dll,-\d+$/,
		'FirewallGroups/FirewallGroup/Profile' => qr/^(all|domain|private|public)$/ }],
	'Microsoft-Windows-International-Core' => [['specialize', 'oobeSystem'], {
		map { $_ => $lang } qw(InputLocale SystemLocale UILanguage UserLocale) }],
	'Microsoft-Windows-Shell-Setup' => [['specialize', 'oobeSystem'], {
		'ComputerName' => qr/^(?!\d+$)[A-Za-z0-9-]{1,15}$/,
		'OOBE' => undef, 'OOBE/HideEULAPage' => $bool, 'OOBE/HideOnlineAccountScreens' => $bool,
		'OOBE/HideWirelessSetupInOOBE' => $bool, 'OOBE/ProtectYourPC' => qr/^[123]$/,
		'UserAccounts' => undef, 'UserAccounts/LocalAccounts' => undef,
		'UserAccounts/LocalAccounts/LocalAccount' => undef,
		'UserAccounts/LocalAccounts/LocalAccount/Name' => qr{^[^"/\\\[\]:;|=,+*?<>\@%]{1,20}$},
		'UserAccounts/LocalAccounts/LocalAccount/Group' => qr/^[\w;]+$/,
		'UserAccounts/LocalAccounts/LocalAccount/Password' => undef,
		'UserAccounts/LocalAccounts/LocalAccount/Password/Value' => text(127),
		'UserAccounts/LocalAccounts/LocalAccount/Password/PlainText' => $bool,
		'AutoLogon' => undef, 'AutoLogon/Enabled' => $bool, 'AutoLogon/LogonCount' => qr/^[1-9]\d*$/,
		'AutoLogon/Username' => text(256), 'AutoLogon/Password' => undef,
		'AutoLogon/Password/Value' => text(127), 'AutoLogon/Password/PlainText' => $bool,
		'FirstLogonCommands' => undef, 'FirstLogonCommands/SynchronousCommand' => undef,
		'FirstLogonCommands/SynchronousCommand/Order' => $order,
		'FirstLogonCommands/SynchronousCommand/Description' => text(256),
		'FirstLogonCommands/SynchronousCommand/CommandLine' => text(1024) }],
);
# Settings that one of their component's passes does not have.
my %only = (ComputerName => 'specialize', OOBE => 'oobeSystem', UserAccounts => 'oobeSystem',
	FirstLogonCommands => 'oobeSystem');

my @wrong;
sub wrong { push @wrong, join '', @_ }

local $/;
open my $f, '<:encoding(UTF-8)', $ARGV[0] or die "$ARGV[0]: $!\n";
my $xml = <$f>;
$xml =~ s/<!--.*?-->|<\?.*?\?>//gs;
my (@at, @text, %seen, $pass, $component, @orders, %disk);
my %entity = (amp => '&', lt => '<', gt => '>', quot => '"', apos => "'");

sub leave {
	my $text = pop @text;
	my $path = join '/', @at[3 .. $#at];
	if (@at > 3) {
		my $rules = ($known{$component} // [[], {}])->[1];
		$text =~ s/&(\w+);/$entity{$1} \/\/ ''/ge;
		if (!exists $rules->{$path}) { wrong("$component: no such setting: $path") }
		elsif (defined $rules->{$path} && $text !~ $rules->{$path}) { wrong("$component: $path: '$text'") }
		wrong("$path: not in pass $pass") if @at == 4 && $only{$path} && $only{$path} ne $pass;
		$disk{$path}{$orders[-3]{$at[-2]} // 0} = $text if $path =~ /Partition|InstallTo/;
		wrong("$component: $path: two have number $text") if $at[-1] eq 'Order' && $orders[-3]{"order $text"}++;
	}
	pop @at;
	pop @orders;
}
while ($xml =~ m{<(/?)([\w:-]+)([^>]*?)(/?)>|([^<]+)}g) {
	my ($close, $name, $attributes, $empty, $text) = ($1, $2, $3, $4, $5);
	if (defined $text) { $text[-1] .= $text if @text && $text =~ /\S/; next }
	if ($close) { leave(); next }
	push @at, $name;
	push @text, '';
	$orders[-1]{$name}++ if @orders;
	push @orders, {};
	($pass) = $attributes =~ /pass="(\w+)"/ if $name eq 'settings';
	if ($name eq 'component') {
		($component) = $attributes =~ /name="([\w-]+)"/;
		my $c = $known{$component};
		wrong("component $component is not known") if !$c;
		wrong("component $component is not for pass $pass") if $c && !grep { $_ eq $pass } @{$c->[0]};
		wrong("component $component twice in pass $pass") if $seen{"$pass $component"}++;
		index($attributes, $_) >= 0 or wrong("component $component lacks $_")
			for 'processorArchitecture="amd64"', 'publicKeyToken="31bf3856ad364e35"', 'language="neutral"', 'versionScope="nonSxS"';
	}
	leave() if $empty;
}
# Partitions: a size, or "extend", never both; what is formatted and installed to was made.
my $base = 'DiskConfiguration/Disk/CreatePartitions/CreatePartition';
my %made = %{$disk{"$base/Type"} // {}};
for my $n (keys %made) {
	my $size = defined $disk{"$base/Size"}{$n};
	my $extend = ($disk{"$base/Extend"}{$n} // '') eq 'true';
	wrong("partition $n has ", $size ? 'a size and extends' : 'neither a size nor extends') if $size == $extend;
}
my ($to) = values %{$disk{'ImageInstall/OSImage/InstallTo/PartitionID'} // {}};
wrong('Windows goes to no primary partition') if ($made{$to // 0} // '') ne 'Primary';
my %format = %{$disk{'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/Format'} // {}};
my %which = %{$disk{'DiskConfiguration/Disk/ModifyPartitions/ModifyPartition/PartitionID'} // {}};
for my $n (keys %which) {
	my $type = $made{$which{$n}} // 'none';
	wrong("partition $which{$n} ($type) is $format{$n}")
		if !{ 'EFI FAT32' => 1, 'Primary NTFS' => 1 }->{"$type $format{$n}"};
}
print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
