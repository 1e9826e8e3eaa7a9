#!/bin/sh
# Builds what the guest boots from: the Debian cloud kernel, downloaded and unpacked but never
# installed, and an initramfs with the host's own storage tools.
#   build.sh CACHE INIT OUT
# CACHE keeps the kernel between runs; INIT becomes the first process; OUT gets vmlinuz and initrd.
set -eu
cache=$1 init=$2 out=$3
PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "$0")" && pwd)
sh "$here/kernel.sh" "$cache"
mkdir -p "$out"
cd "$cache"
release=$(ls unpacked/lib/modules)
modules=unpacked/lib/modules/$release
cp "unpacked/boot/vmlinuz-$release" "$out/vmlinuz"

root=$out/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/mnt"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$init" "$root/init"
chmod 755 "$root/init"

for module in virtio_pci virtio_net nbd; do
  line=$(grep "/$module\.ko" "$modules/modules.dep")
  mkdir -p "$root/lib/modules/$release"
  echo "$line" >> "$root/lib/modules/$release/modules.dep"
  for file in $(echo "$line" | tr -d :); do
    mkdir -p "$root/lib/modules/$release/$(dirname "$file")"
    cp "$modules/$file" "$root/lib/modules/$release/$file"
    grep "^$file:" "$modules/modules.dep" >> "$root/lib/modules/$release/modules.dep"
  done
done
sort -u -o "$root/lib/modules/$release/modules.dep" "$root/lib/modules/$release/modules.dep"

for tool in nbd-client mkfs.ext4 e2fsck resize2fs; do
  path=$(command -v "$tool") || { echo "$tool is not installed" >&2; exit 1; }
  cp -L "$path" "$root/bin/$tool"
  ldd "$path" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
done

(cd "$root" && find . | cpio -o -H newc --quiet) | gzip -1 > "$out/initrd"
