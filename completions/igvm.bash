# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for igvm(1)

_igvm_vms() {
	igvm list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_igvm() {
	local cur=${COMP_WORDS[COMP_CWORD]} command= i
	local commands='doctor create devices start probe verify status list metrics restart pause resume reset autostart confirm stop kill logs events console exec qmp screenshot type view showcmd usb report lint export set edit upgrade snapshot delete explain rom setup bind release selftest'

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root) ((i++)) ;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done

	local options='--help --json'
	case $command in
	'') COMPREPLY=($(compgen -W "$commands --root --json --help --version" -- "$cur")); return ;;
	start) options='--help --yes --trial --no-probe --rescue --force' ;;
	selftest) options+=' --rounds --yes' ;;
	probe) options+=' --force --timeout' ;;
	verify) options+=' --wait --quick --timeout' ;;
	stop) options='--help --timeout --force' ;;
	restart) options='--help --timeout' ;;
	events) options='--help --follow --lines' ;;
	pause|resume|reset|exec|qmp|autostart|kill|screenshot|confirm|view|console) options='--help' ;;
	set|edit) options='--help --force' ;;
	type) options='--help --text' ;;
	upgrade) options+=' --yes --bitlocker-off' ;;
	snapshot) options+=' --yes' ;;
	delete) options='--help --yes --disks' ;;
	create) options+=' --template --memory --cpus --disk --iso --virtio --intel-driver --unattended --edition --user --password-file --product-key-file --image --ssh-key --usb --input' ;;
	logs) options='--help --stream --raw --lines --follow' ;;
	showcmd) options+=' --why --force --rescue --probe' ;;
	report) options+=' --html --read' ;;
	lint) options+=' --pid --pve --libvirt --host --device --qemu' ;;
	export) options='--help --force' ;;
	usb) options+=' --as' ;;
	explain) options+=' --list --causes --mdoc' ;;
	doctor) options+=' --like-guide' ;;
	setup) options+=' --plan --apply --undo --confirm --status --trial-expired --dedicated --shared --adopt --stock --trial --no-way-in-ok --user --yes' ;;
	rom) options+=' --all --output --list --force --device --qemu --firmware --only --vendor --class --revision --efi --assign --gop --image --name' ;;
	esac

	case $cur in
	-*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
	*)
		case $command in
		explain) COMPREPLY=($(compgen -W "$(igvm explain --list 2>/dev/null | awk '{ print $1 }')" -- "$cur")) ;;
		rom) COMPREPLY=($(compgen -W 'show extract check fix build import list' -- "$cur") $(compgen -f -- "$cur")) ;;
		autostart) COMPREPLY=($(compgen -W "enable disable $(_igvm_vms)" -- "$cur")) ;;
		usb) COMPREPLY=($(compgen -W "list attach detach $(_igvm_vms)" -- "$cur")) ;;
		snapshot) COMPREPLY=($(compgen -W 'create list restore delete' -- "$cur") $(compgen -W "$(_igvm_vms)" -- "$cur")) ;;
		bind|release|selftest|list|devices|setup) ;;
		lint) COMPREPLY=($(compgen -f -- "$cur")) ;;
		export) COMPREPLY=($(compgen -W "libvirt proxmox $(_igvm_vms)" -- "$cur")) ;;
		create) COMPREPLY=($(compgen -W 'win11 linux monitor-early vbios' -- "$cur") $(compgen -f -- "$cur")) ;;
		*) COMPREPLY=($(compgen -W "$(_igvm_vms)" -- "$cur")) ;;
		esac ;;
	esac
}
complete -F _igvm igvm
