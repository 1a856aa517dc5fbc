# lint: --device 4680 --qemu 10.1
qemu-system-x86_64 -nodefaults -accel kvm -machine pc -cpu host,host-phys-bits-limit=39 -m 8G -device VGA,addr=5 \
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd \
  -global PIIX4_PM.disable_s3=1 -global PIIX4_PM.disable_s4=1 -rtc base=localtime \
  -device vfio-pci,host=00:02.0,addr=02.0,x-igd-legacy-mode=off,x-igd-opregion=on,romfile=igd-assign.rom
