# lint: --device 46a6 --qemu 10.2
/usr/libexec/qemu-kvm --nodefaults --machine '{"type":"q35","accel":"kvm"}' --m 8G --cpu host,host-phys-bits-limit=39 \
  --blockdev '{"driver":"file","filename":"/usr/share/edk2/ovmf/OVMF_CODE.fd","node-name":"code"}' \
  --machine pflash0=code --device '{"driver":"VGA","id":"v","bus":"pcie.0","addr":"0x1"}' \
  --global ICH9-LPC.disable_s3=1 --global ICH9-LPC.disable_s4=1 \
  --device '{"driver":"vfio-pci","host":"0000:00:02.0","id":"hostdev0","bus":"pcie.0","addr":"0x2","x-igd-opregion":true,"romfile":"igd-assign.rom"}'
