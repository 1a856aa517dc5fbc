# lint: --device 4680 --qemu 10.1
$QEMU -nodefaults -machine q35,accel=kvm -cpu host,host-phys-bits-limit=39 -m $(free_mem)M -bios $OVMF -device VGA,addr=1 \  
  -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 \
  -device vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=$ROM
