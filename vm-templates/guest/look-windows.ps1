# SPDX-License-Identifier: GPL-3.0-or-later
# What igvm's verify asks of a Windows guest: run by its agent as SYSTEM in session 0 through
# powershell.exe -EncodedCommand, one JSON object in ASCII on standard output. PowerShell 5.1.
# The host judges: nothing is decided here, and no text that Windows translates is compared.
# The only things written are a scheduled task and its answer, both removed again: session 0 has
# no monitors, so the modes are asked in the session of whoever is logged on at the console.
# ASCII only; comment lines and indentation are not sent.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$errors = @()
function Ask($what, $code) {
	try { & $code } catch { $script:errors += ($what + ': ' + $_.Exception.Message); $null }
}
$cut = { param($t) $t = [string]$t; if ($t.Length -gt 200) { $t.Substring(0, 200) } else { $t } }
$displayClass = '{4d36e968-e325-11ce-bfc1-08002be10318}'
$reg = 'HKLM:\SYSTEM\CurrentControlSet\'

$os = Ask 'os' { Get-CimInstance Win32_OperatingSystem }
$computer = Ask 'computer' { Get-CimInstance Win32_ComputerSystem }

# Devices of the display class, and those without a driver, which have no class yet.
$displays = @(Ask 'displays' {
	Get-CimInstance Win32_PnPEntity -Filter "PNPDeviceID LIKE 'PCI\\%'" | Where-Object {
		$_.ClassGuid -eq $displayClass -or ($_.CompatibleID -join ' ') -match 'PCI\\CC_03'
	} | ForEach-Object {
		$key = Get-ItemProperty -LiteralPath ($reg + 'Enum\' + $_.PNPDeviceID) -ErrorAction SilentlyContinue
		$class = $null
		if ($key.Driver) {
			$class = Get-ItemProperty -LiteralPath ($reg + 'Control\Class\' + $key.Driver) -ErrorAction SilentlyContinue
		}
		[ordered]@{
			id = & $cut $_.PNPDeviceID
			name = & $cut $_.Name
			location = & $cut $key.LocationInformation
			problem = [int]$_.ConfigManagerErrorCode
			service = & $cut $_.Service
			version = & $cut $class.DriverVersion
			date = & $cut $class.DriverDate
			provider = & $cut $class.ProviderName
			inf = & $cut $class.InfPath
			runtime = [bool]($class.DriverStorePathForVPL -or $class.DriverStorePathForMediaSDK)
		}
	}
})

# Credential Guard and Memory Integrity run on it: 0 off, 1 on and not running, 2 running.
$vbs = Ask 'vbs' {
	[int](Get-CimInstance -Namespace root\Microsoft\Windows\DeviceGuard Win32_DeviceGuard).VirtualizationBasedSecurityStatus
}

# Services that run only under a hypervisor of the guest's own: Hyper-V, WSL 2, Windows Sandbox.
$hyperv = @(Ask 'hyperv' {
	Get-CimInstance Win32_Service -Filter "State='Running' AND (Name='vmms' OR Name='vmcompute' OR Name='HvHost')" |
		ForEach-Object { $_.Name }
})

# The parent of a monitor is its adapter.
$monitors = @(Ask 'monitors' {
	Get-CimInstance -Namespace root\wmi WmiMonitorID | ForEach-Object {
		$id = $_.InstanceName -replace '_\d+$', ''
		$parent = Ask 'parent' { (Get-PnpDeviceProperty -InstanceId $id -KeyName DEVPKEY_Device_Parent).Data }
		[ordered]@{
			id = & $cut $id
			adapter = & $cut $parent
			name = & $cut (-join ($_.UserFriendlyName | Where-Object { $_ } | ForEach-Object { [char]$_ }))
			active = [bool]$_.Active
		}
	}
})

# Names of sessions are not translated, their states are.
$remote = Ask 'sessions' { [bool](@(qwinsta.exe 2>$null) -match 'rdp-tcp#\d') }

$transforms = @(Ask 'transforms' {
	Get-ChildItem HKLM:\SOFTWARE\Classes\MediaFoundation\Transforms | ForEach-Object { [string]$_.GetValue('') } |
		Where-Object { $_ -match 'Intel' } | Select-Object -First 32 | ForEach-Object { & $cut $_ }
})

$modes = $null
$user = [string]$computer.UserName
if (-not $quick -and $user) {
	$modes = Ask 'modes' {
		$name = 'igvm-look-' + [guid]::NewGuid()
		$file = Join-Path $env:SystemRoot ('Temp\' + $name + '.json')
		$code = @'
Add-Type -TypeDefinition @"
using System; using System.Runtime.InteropServices;
public static class Igvm {
[StructLayout(LayoutKind.Sequential, CharSet=CharSet.Unicode)] public struct Dev { public int cb;
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=32)] public string Name;
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=128)] public string Text; public int Flags;
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=128)] public string Id;
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=128)] public string Key; }
[StructLayout(LayoutKind.Sequential, CharSet=CharSet.Unicode)] public struct Mode {
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=32)] public string Name; public short Spec, Driver, Size, Extra;
public int Fields, X, Y, Orientation, Fixed; public short Color, Duplex, YRes, TT, Collate;
[MarshalAs(UnmanagedType.ByValTStr, SizeConst=32)] public string Form; public short LogPixels;
public int Bpp, Width, Height, Flags, Hz, I1, I2, I3, I4, R1, R2, P1, P2; }
[DllImport("user32.dll", CharSet=CharSet.Unicode)] public static extern bool EnumDisplayDevices(string d, int n, ref Dev v, int f);
[DllImport("user32.dll", CharSet=CharSet.Unicode)] public static extern bool EnumDisplaySettings(string d, int n, ref Mode m);
}
"@
$list = @()
for ($i = 0; $i -lt 16; $i++) {
	$d = New-Object Igvm+Dev; $d.cb = [Runtime.InteropServices.Marshal]::SizeOf($d)
	if (-not [Igvm]::EnumDisplayDevices([NullString]::Value, $i, [ref]$d, 0)) { break }
	if (-not ($d.Flags -band 1)) { continue }
	$m = New-Object Igvm+Mode; $m.Size = [Runtime.InteropServices.Marshal]::SizeOf($m)
	if (-not [Igvm]::EnumDisplaySettings($d.Name, -1, [ref]$m)) { continue }
	$list += [ordered]@{ adapter = $d.Id; width = $m.Width; height = $m.Height; hz = $m.Hz }
}
[IO.File]::WriteAllText('FILE.new', (ConvertTo-Json @($list) -Compress)); [IO.File]::Move('FILE.new', 'FILE')
'@.Replace('FILE', $file)
		$enc = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($code))
		try {
			$action = New-ScheduledTaskAction -Execute powershell.exe -Argument (
				'-NoProfile -NonInteractive -WindowStyle Hidden -ExecutionPolicy Bypass -EncodedCommand ' + $enc)
			$as = New-ScheduledTaskPrincipal -UserId $user -LogonType Interactive
			$set = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries
			Register-ScheduledTask -TaskName $name -Action $action -Principal $as -Settings $set | Out-Null
			Start-ScheduledTask -TaskName $name
			for ($i = 0; $i -lt 100 -and -not (Test-Path -LiteralPath $file); $i++) { Start-Sleep -Milliseconds 100 }
			if ((Get-Item -LiteralPath $file).Length -gt 16384) { throw 'the answer is too long' }
			[IO.File]::ReadAllText($file)
		} finally {
			Unregister-ScheduledTask -TaskName $name -Confirm:$false -ErrorAction SilentlyContinue
			Remove-Item -LiteralPath $file, ($file + '.new') -ErrorAction SilentlyContinue
		}
	}
}

$up = $null
if ($os) { $up = [int]($os.LocalDateTime - $os.LastBootUpTime).TotalSeconds }
$hypervisor = $null
if ($computer) { $hypervisor = [bool]$computer.HypervisorPresent }
$json = [ordered]@{
	look = 1; os = 'windows'; name = & $cut $os.Caption; kernel = & $cut $os.Version; uptime = [string]$up
	displays = $displays; vbs = $vbs; hyperv = $hyperv; hypervisor = $hypervisor
	monitors = $monitors; modes = $modes; console = [bool]$user; remote = $remote; transforms = $transforms
	errors = @($errors | Select-Object -First 16 | ForEach-Object { & $cut $_ })
} | ConvertTo-Json -Depth 4 -Compress
[Console]::Out.Write([regex]::Replace($json, '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value }))
