# lint: --device 4680 --qemu 11.1
qemu-system-x86_64 -nodefaults -enable-kvm -machine q35,smm=off -m 16G \
  -cpu host,kvm=off,hv_vendor_id=1234567890ab,hv_relaxed,hv_spinlocks=0x1fff,hv_vapic,hv_time,-hypervisor \
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd \
  -device vfio-pci,host=00:02.0,bus=pcie.0,addr=02.0,x-vga=on,display=on,rombar=0,romfile=gop.rom \
  -device virtio-balloon-pci -vga none -nographic
