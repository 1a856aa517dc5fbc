# lint: --device 4680 --qemu 7.2
qemu-system-x86_64 -nodefaults -accel kvm -machine q35 -cpu host,host-phys-bits-limit=39 -m 8G -bios OVMF.fd -device VGA,addr=1 \
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 \
  -device vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=igd-assign.rom
