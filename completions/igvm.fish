# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for igvm(1)

set -l commands doctor create devices start probe verify status list metrics restart pause resume reset autostart confirm stop kill logs events console exec qmp screenshot type view showcmd usb report lint export set edit upgrade snapshot delete explain rom setup bind release selftest
set -l named doctor start probe verify status metrics restart pause resume reset autostart confirm stop kill logs events console exec qmp screenshot type view showcmd set edit upgrade snapshot delete

function __igvm_vms
    igvm list 2>/dev/null | awk 'NR > 1 { print $1 }'
end

complete -c igvm -f
complete -c igvm -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c igvm -n "not __fish_seen_subcommand_from $commands" -l root -r -d 'read the host below a directory'
complete -c igvm -l json -d 'answer in JSON'
complete -c igvm -l help -d 'help'
complete -c igvm -n "not __fish_seen_subcommand_from $commands" -l version
complete -c igvm -n "__fish_seen_subcommand_from $named" -a '(__igvm_vms)'
complete -c igvm -n "__fish_seen_subcommand_from autostart" -a "enable disable"
complete -c igvm -n "__fish_seen_subcommand_from explain" -a "(igvm explain --list 2>/dev/null | awk '{ print \$1 }')"
complete -c igvm -n "__fish_seen_subcommand_from start selftest upgrade snapshot" -l yes -s y
complete -c igvm -n "__fish_seen_subcommand_from type" -l text
complete -c igvm -n "__fish_seen_subcommand_from metrics" -l output -s o -r -F
complete -c igvm -n "__fish_seen_subcommand_from upgrade" -l bitlocker-off
complete -c igvm -n "__fish_seen_subcommand_from snapshot" -a "create list restore delete"
complete -c igvm -n "__fish_seen_subcommand_from create" -l template -r -a "win11 linux monitor-early vbios"
complete -c igvm -n "__fish_seen_subcommand_from start" -l trial -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l memory -r
complete -c igvm -n "__fish_seen_subcommand_from selftest" -l rounds -s n -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l cpus -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l disk -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l iso -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l virtio -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l intel-driver -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l unattended
complete -c igvm -n "__fish_seen_subcommand_from create" -l edition -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l user -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l password-file -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l product-key-file -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l image -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l ssh-key -r -F
complete -c igvm -n "__fish_seen_subcommand_from create" -l usb -r
complete -c igvm -n "__fish_seen_subcommand_from create" -l input -r -a "usb evdev none"
complete -c igvm -n "__fish_seen_subcommand_from usb" -a "list attach detach"
complete -c igvm -n "__fish_seen_subcommand_from usb" -a '(__igvm_vms)'
complete -c igvm -n "__fish_seen_subcommand_from usb" -l as -r
complete -c igvm -n "__fish_seen_subcommand_from start showcmd" -l rescue
complete -c igvm -n "__fish_seen_subcommand_from start" -l no-probe
complete -c igvm -n "__fish_seen_subcommand_from start probe stop showcmd export set edit" -l force
complete -c igvm -n "__fish_seen_subcommand_from probe verify stop restart" -l timeout -r
complete -c igvm -n "__fish_seen_subcommand_from verify" -l wait
complete -c igvm -n "__fish_seen_subcommand_from verify" -l quick
complete -c igvm -n "__fish_seen_subcommand_from logs" -l stream -r -a 'qemu firmware serial'
complete -c igvm -n "__fish_seen_subcommand_from logs events" -l lines -s n -r
complete -c igvm -n "__fish_seen_subcommand_from logs events" -l follow -s f
complete -c igvm -n "__fish_seen_subcommand_from logs" -l raw
complete -c igvm -n "__fish_seen_subcommand_from showcmd" -l why
complete -c igvm -n "__fish_seen_subcommand_from showcmd" -l probe
complete -c igvm -n "__fish_seen_subcommand_from report" -l html
complete -c igvm -n "__fish_seen_subcommand_from report" -l read -r -F
complete -c igvm -n "__fish_seen_subcommand_from lint" -l pid -r -a '(__fish_complete_pids)'
complete -c igvm -n "__fish_seen_subcommand_from lint" -l pve -r
complete -c igvm -n "__fish_seen_subcommand_from lint" -l libvirt -r
complete -c igvm -n "__fish_seen_subcommand_from lint" -l host -r -F
complete -c igvm -n "__fish_seen_subcommand_from lint rom" -l device -r
complete -c igvm -n "__fish_seen_subcommand_from lint rom" -l qemu -r
complete -c igvm -n "__fish_seen_subcommand_from lint" -F
complete -c igvm -n "__fish_seen_subcommand_from export" -a "libvirt proxmox (__igvm_vms)"
complete -c igvm -n "__fish_seen_subcommand_from delete" -l yes
complete -c igvm -n "__fish_seen_subcommand_from delete" -l disks
complete -c igvm -n "__fish_seen_subcommand_from explain" -l list
complete -c igvm -n "__fish_seen_subcommand_from explain" -l causes
complete -c igvm -n "__fish_seen_subcommand_from explain" -l mdoc
complete -c igvm -n "__fish_seen_subcommand_from doctor" -l like-guide
complete -c igvm -n "__fish_seen_subcommand_from rom" -l all
complete -c igvm -n "__fish_seen_subcommand_from rom" -l output
complete -c igvm -n "__fish_seen_subcommand_from rom" -l list
complete -c igvm -n "__fish_seen_subcommand_from rom" -l force
complete -c igvm -n "__fish_seen_subcommand_from rom" -l firmware
complete -c igvm -n "__fish_seen_subcommand_from rom" -l only -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l vendor -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l class -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l revision -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l efi -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l gop -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l image -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l name -r
complete -c igvm -n "__fish_seen_subcommand_from rom" -l assign
complete -c igvm -F -n "__fish_seen_subcommand_from rom" -a "show extract check fix build import list"
complete -c igvm -n "__fish_seen_subcommand_from screenshot" -F
complete -c igvm -n "__fish_seen_subcommand_from setup" -l plan
complete -c igvm -n "__fish_seen_subcommand_from setup" -l apply
complete -c igvm -n "__fish_seen_subcommand_from setup" -l undo
complete -c igvm -n "__fish_seen_subcommand_from setup" -l confirm
complete -c igvm -n "__fish_seen_subcommand_from setup" -l status
complete -c igvm -n "__fish_seen_subcommand_from setup" -l trial-expired
complete -c igvm -n "__fish_seen_subcommand_from setup" -l dedicated
complete -c igvm -n "__fish_seen_subcommand_from setup" -l shared
complete -c igvm -n "__fish_seen_subcommand_from setup" -l adopt
complete -c igvm -n "__fish_seen_subcommand_from setup" -l stock
complete -c igvm -n "__fish_seen_subcommand_from setup" -l trial -r
complete -c igvm -n "__fish_seen_subcommand_from setup" -l no-way-in-ok
complete -c igvm -n "__fish_seen_subcommand_from setup" -l user -r -a '(__fish_complete_users)'
complete -c igvm -n "__fish_seen_subcommand_from setup" -l yes -s y
