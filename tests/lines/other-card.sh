# lint: --device 4680 --qemu 10.1
qemu-system-x86_64 -enable-kvm -machine q35 -cpu host,kvm=off -m 8G -bios OVMF.fd \
  -device vfio-pci,host=01:00.0,multifunction=on -device vfio-pci,host=01:00.1
