# lint: --device 4682 --qemu 10.0
#!/bin/sh
# What graphical tools make of "add host device".
qemu-system-x86_64 -enable-kvm -machine q35 -cpu host -m 8192 \
    -drive if=pflash,format=raw,readonly=on,file=/usr/share/edk2/x64/OVMF_CODE.4m.fd \
    -device pcie-root-port,port=0x10,chassis=1,id=pci.1,bus=pcie.0,multifunction=on,addr=0x3 \
    -device vfio-pci,host=0000:00:02.0,id=hostdev0,bus=pci.1,addr=0x0 \
    -device qxl-vga -cdrom ~/iso/Win11.iso
