# lint: --device 3e92 --qemu 10.0
qemu-system-x86_64 -nodefaults -accel kvm -machine pc -cpu host -m 4G -vga none \
  -global PIIX4_PM.disable_s3=1 -global PIIX4_PM.disable_s4=1 \
  -device vfio-pci,host=00:02.0,addr=02.0,x-igd-legacy-mode=on,romfile=vbios-0406.rom
