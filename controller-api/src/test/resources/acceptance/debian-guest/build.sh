#!/bin/sh
# Builds a Debian system that boots by itself from a disk, and that runs jobs as a guest with real storage clients.
#   build.sh KERNEL_CACHE CACHE
# CACHE gets: vmlinuz, initrd (both for booting with QEMU's -kernel), root.img (ext4), and disk.img: a whole disk with a boot
# partition (syslinux) and a root partition. Needs root for debootstrap and nothing else: no mount, no loop device.
set -eu
kernels=$1 cache=$2
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
packages=open-iscsi,multipath-tools,fio,e2fsprogs,xfsprogs,sg3-utils,kmod,iproute2,iptables,udev,procps,dmsetup,systemd-sysv,dbus

sh "$here/../guest/kernel.sh" "$kernels"
mkdir -p "$cache"
cd "$cache"
exec 9> lock
flock 9

want=$(cat "$here"/* | md5sum)
[ "$(cat made-from 2>/dev/null || true)" != "$want" ] || exit 0
rm -f made-from

# The packages, kept for as long as the list stays the same.
if [ "$(cat packages 2>/dev/null || true)" != "$packages" ]; then
  rm -rf system packages
  debootstrap --variant=minbase --include="$packages" bookworm system >debootstrap.log 2>&1 ||
    { tail -n 20 debootstrap.log >&2; exit 1; }
  rm -rf system/var/cache/apt/archives/*.deb system/var/lib/apt/lists/* system/usr/share/doc system/usr/share/man system/usr/share/locale
  echo "$packages" > packages
fi

release=$(ls "$kernels/unpacked/lib/modules")
rm -rf system/lib/modules system/job
mkdir -p system/lib/modules system/job
cp -a "$kernels/unpacked/lib/modules/$release" system/lib/modules/
# The kernel's index is the text form only; the guest's modprobe reads the binary one.
chroot system depmod "$release"
install -m 755 "$here/run-job" "$here/initiator-job" system/job/
install -m 644 "$here/booted.service" system/etc/systemd/system/
echo "InitiatorName=iqn.2026-11.dev.weir.test:guest" > system/etc/iscsi/initiatorname.iscsi
echo guest > system/etc/hostname
echo "127.0.0.1 localhost guest" > system/etc/hosts
echo "/dev/vda2 / ext4 noatime 0 1" > system/etc/fstab
mkdir -p system/etc/systemd/system/multi-user.target.wants
ln -sf /etc/systemd/system/booted.service system/etc/systemd/system/multi-user.target.wants/booted.service
ln -sf /lib/systemd/system/multi-user.target system/etc/systemd/system/default.target
for unit in multipathd.service multipathd.socket open-iscsi.service iscsid.service iscsid.socket apt-daily.timer \
  apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer serial-getty@ttyS0.service getty@tty1.service; do
  ln -sf /dev/null "system/etc/systemd/system/$unit"
done

# An initramfs with nothing but the virtio drivers, which hands over to the root file system.
rm -rf early
mkdir -p early/bin early/proc early/sys early/dev early/new early/modules
cp "$(command -v busybox)" early/bin/busybox
install -m 755 "$here/early-init" early/init
: > early/modules/order
for module in virtio_pci virtio_blk ext4; do
  ! grep -q "/$module\.ko$" "$kernels/unpacked/lib/modules/$release/modules.builtin" || continue
  line=$(grep "/$module\.ko:" "$kernels/unpacked/lib/modules/$release/modules.dep")
  for file in $(echo "$line" | tr -d : | tr ' ' '\n' | tac); do
    cp "$kernels/unpacked/lib/modules/$release/$file" early/modules/
    basename "$file" >> early/modules/order
  done
done
(cd early && find . | cpio -o -H newc --quiet) | gzip -1 > initrd
cp "$kernels/unpacked/boot/vmlinuz-$release" vmlinuz

rm -f root.img disk.img boot.img
truncate -s 800M root.img
mke2fs -q -t ext4 -E root_owner=0:0,lazy_itable_init=1 -d system root.img

# Both partitions are made as files and put into their places.
mkfs.vfat -C -h 2048 boot.img 49152 >/dev/null
mcopy -i boot.img vmlinuz initrd "$here/syslinux.cfg" ::
syslinux --install boot.img
truncate -s 860M disk.img
printf '2048,98304,c,*\n100352,,L\n' | sfdisk -q disk.img
dd if=/usr/lib/syslinux/mbr/mbr.bin of=disk.img conv=notrunc bs=440 count=1 status=none
dd if=boot.img of=disk.img conv=notrunc bs=1M seek=1 status=none
dd if=root.img of=disk.img conv=notrunc,sparse bs=1M seek=49 status=none
rm boot.img
echo "$want" > made-from
