#!/bin/busybox sh
# The first process of a test's machine: puts its root together and hands over to systemd. The root is a tmpfs over two
# read-only disks, the test's own files over Debian. With `imp.persist` on the kernel's command line, the third disk is
# mounted at /persist before systemd starts; with `imp.probe`, the machine is switched off at once.
/bin/busybox --install -s /bin
mkdir -p /proc /dev /debian /test /fresh /root
mount -t proc proc /proc
if grep -q -w imp.probe /proc/cmdline; then poweroff -f; fi
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
mount -t squashfs -o ro /dev/vda /debian
mount -t squashfs -o ro /dev/vdb /test
mount -t tmpfs -o mode=755 fresh /fresh
mkdir /fresh/upper /fresh/work
mount -t overlay -o lowerdir=/test:/debian,upperdir=/fresh/upper,workdir=/fresh/work root /root
if grep -q -w imp.persist /proc/cmdline; then mount -t ext4 -o noauto_da_alloc /dev/vdc /root/persist; fi
umount /dev /proc
exec switch_root /root /sbin/init
