# SPDX-License-Identifier: GPL-3.0-or-later
# Run once by Windows after the first logon of an unattended set-up, from the
# answer disc. Each step goes on when an earlier one failed. The ejection is the
# last: igvm takes it as the end of set-up and removes the discs.
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$log = Join-Path $env:ProgramData 'igvm-first-logon.log'
Start-Transcript -Path $log -Append | Out-Null

# Power: never sleep, the power button shuts down (3), on AC as in a battery's plan.
powercfg /hibernate off
foreach ($what in 'standby-timeout-ac', 'standby-timeout-dc', 'monitor-timeout-ac', 'monitor-timeout-dc') {
	powercfg /change $what 0
}
powercfg /setacvalueindex SCHEME_CURRENT SUB_BUTTONS PBUTTONACTION 3
powercfg /setdcvalueindex SCHEME_CURRENT SUB_BUTTONS PBUTTONACTION 3
powercfg /setactive SCHEME_CURRENT

# virtio-win, on whatever letter it is: drivers, then the guest agent.
$discs = Get-CimInstance Win32_CDROMDrive | ForEach-Object { $_.Drive + '\' }
foreach ($d in $discs) {
	if (-not (Test-Path ($d + 'viostor'))) { continue }
	foreach ($driver in 'vioserial', 'viostor', 'NetKVM', 'viorng') {
		$folder = $d + $driver + '\w11\amd64'
		if (Test-Path $folder) { pnputil /add-driver ($folder + '\*.inf') /install }
	}
	$agent = $d + 'guest-agent\qemu-ga-x86_64.msi'
	if (Test-Path $agent) { Start-Process msiexec -Wait -ArgumentList '/i', ('"' + $agent + '"'), '/qn', '/norestart' }
}

# Intel's driver: an installer, or a folder of .inf files.
$intel = Join-Path $here 'intel'
if (Test-Path $intel) {
	$exe = Get-ChildItem -Path $intel -Filter *.exe | Select-Object -First 1
	if ($exe) { Start-Process $exe.FullName -Wait -ArgumentList '-s', '--noExtras' }
	else { pnputil /add-driver ($intel + '\*.inf') /subdirs /install }
}

Stop-Transcript | Out-Null
# From here on nothing is read from the discs.
Set-Location $env:SystemDrive\
$shell = New-Object -ComObject Shell.Application
$mine = $here.Substring(0, 2)
foreach ($d in ($discs | Where-Object { $_.Substring(0, 2) -ne $mine })) {
	$shell.Namespace(17).ParseName($d.Substring(0, 2)).InvokeVerb('Eject')
}
$shell.Namespace(17).ParseName($mine).InvokeVerb('Eject')
Start-Sleep -Seconds 5
