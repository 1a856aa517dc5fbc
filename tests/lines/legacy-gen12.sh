# lint: --device 4680 --qemu 10.1
qemu-system-x86_64 -nodefaults -accel kvm -machine pc -cpu host,host-phys-bits-limit=39 -m 8G -vga none -bios OVMF.fd \
  -global PIIX4_PM.disable_s3=1 -global PIIX4_PM.disable_s4=1 \
  -device vfio-pci,host=00:02.0,addr=02.0,x-igd-legacy-mode=on,romfile=gop.rom
