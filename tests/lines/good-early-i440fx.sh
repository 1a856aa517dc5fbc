# lint: --device 4692 --qemu 10.1
qemu-system-x86_64 -nodefaults -enable-kvm -M pc -m 8G -vga none -display none \
  -cpu host,host-phys-bits-limit=39 \
  -global PIIX4_PM.disable_s3=1 -global PIIX4_PM.disable_s4=1 \
  -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
  -device vfio-pci,host=00:02.0,id=igpu,bus=pci.0,addr=0x2,x-igd-legacy-mode=off,x-igd-opregion=on,x-igd-lpc=on,romfile=gop.rom
