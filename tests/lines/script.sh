# lint: --device 4680 --qemu 10.1
#!/usr/bin/env bash
set -e
RAM=8G; CORES=4
IGPU="0000:00:02.0"
ROMDIR=${ROMDIR:-.}
cat <<'END'
Don't mind this text; it isn't a command: qemu-system-x86_64 -device vfio-pci,host=01:00.0
END
args=(
  -nodefaults -machine q35,accel=kvm   # the machine
  -cpu "host,host-phys-bits-limit=39"
  -m "$RAM" -smp $CORES
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1
)
args+=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd")
if [ -n "$IGPU" ]; then
  args+=(-device "vfio-pci,host=$IGPU,bus=pcie.0,addr=02.0,x-igd-opregion=on,romfile=$ROMDIR/igd-assign.rom")
fi
modprobe kvm
exec taskset -c 0-3 qemu-system-x86_64 "${args[@]}" -device VGA,addr=01.0 "$@" > /var/log/vm.log 2>&1 &
