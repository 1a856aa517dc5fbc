# lint: --device 9a49 --qemu 10.1
qemu-system-x86_64 -nodefaults -machine q35,accel=kvm -cpu host,host-phys-bits-limit=39 -m 6G -bios /usr/share/ovmf/OVMF.fd \
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 -device VGA \
  -device vfio-pci,host=00:02.0,x-igd-opregion=on,romfile=igd-assign.rom
