# lint: --device 3e92 --qemu 9.2
sudo qemu-system-x86_64 -enable-kvm -cpu host -m 4G -hda debian.qcow2 \
  -device vfio-pci,host=00:02.0,addr=0x2,romfile=vbios-3e92.rom
