# lint: --device 4680 --qemu 11.0
qemu-system-x86_64 -nodefaults -no-user-config -machine q35,accel=kvm -m 8G -smp 4 \
  -cpu host,host-phys-bits-limit=39,vmx=off,hv_relaxed,hv_vapic,hv_time \
  -rtc base=localtime \
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 \
  -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
  -drive if=pflash,unit=1,format=raw,file=vars.fd \
  -display none -vnc :0 -device VGA,bus=pcie.0,addr=01.0 \
  -device vfio-pci,host=0000:00:02.0,bus=pcie.0,addr=02.0,x-igd-opregion=on,romfile=igd-assign.rom \
  -drive file=win11.qcow2,if=virtio
