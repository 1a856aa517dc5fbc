# lint:
qemu-system-x86_64 -nodefaults -machine pc-q35-10.1,accel=kvm -m 8G -cpu host,host-phys-bits-limit=39 \
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 \
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd -device virtio-vga,addr=05.0 \
  -device vfio-pci,host=00:02.0,bus=pcie.0,addr=02.0,x-igd-legacy-mode=off,x-igd-opregion=on,romfile=igd-assign.rom
