#!/bin/sh
# Makes a small Debian for the tests, from the packages that this machine's apt knows: in the directory $1
#   root.squashfs  the root of the machine, without an identity of its own
#   vmlinuz        Debian's kernel for virtual machines
#   initramfs      init.sh, busybox and the few modules that it loads
# Runs as root in a mount namespace of its own: the work is done in a tmpfs that dies with it.
set -eu
into=$1
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
mount -t tmpfs -o size=2g imp-vm-image "$work"
cd "$work"

# The first of apt's sources that is Debian itself, not its updates.
apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
  grep -v '^[^ ]*-' >sources || { echo "apt has no list of Debian's packages: run apt-get update" >&2; exit 1; }
read -r codename repository <sources

debootstrap --variant=minbase --include=openssh-server,sqlite3,systemd-sysv,udev \
  "$codename" root "$repository"

# An ephemeral machine has no identity in its image: what it keeps, it keeps elsewhere.
rm -f root/etc/machine-id root/var/lib/dbus/machine-id root/etc/ssh/ssh_host_*
rm -rf root/var/cache/apt/* root/var/lib/apt/lists/* root/usr/share/doc root/usr/share/locale root/usr/share/man
# Nobody logs in, nothing comes by the network, and all modules are loaded: an emulated boot is spared what takes time.
for unit in apt-daily.timer apt-daily-upgrade.timer console-getty.service dev-hugepages.mount dev-mqueue.mount \
  dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty.target kmod-static-nodes.service \
  modprobe@.service sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount \
  sys-kernel-tracing.mount systemd-ask-password-console.path systemd-ask-password-wall.path systemd-firstboot.service \
  proc-sys-fs-binfmt_misc.automount systemd-modules-load.service systemd-network-generator.service \
  systemd-networkd.service systemd-networkd.socket systemd-pstore.service \
  systemd-sysctl.service systemd-sysusers.service systemd-timesyncd.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-user-sessions.service; do
  ln -sf /dev/null "root/etc/systemd/system/$unit"
done
# Of all devices, only the disks matter here.
mkdir root/etc/systemd/system/systemd-udev-trigger.service.d
cat >root/etc/systemd/system/systemd-udev-trigger.service.d/disks.conf <<'EOF'
[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --subsystem-match=block
EOF
mkdir root/persist
# Not compressed: emulated processors take long to unpack.
mksquashfs root "$into/root.squashfs" -quiet -no-progress -noI -noD -noF -noX

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
apt-get download -q "$kernel"
dpkg-deb --extract "$kernel"_*.deb kernel
cp kernel/boot/vmlinuz-* "$into/vmlinuz"

mkdir -p initramfs/bin initramfs/modules
cp "$here/init.sh" initramfs/init
cp "$(command -v busybox)" initramfs/bin/busybox
release=$(basename kernel/lib/modules/*)
depmod --basedir kernel "$release"
for module in virtio_pci virtio_blk virtio_console squashfs overlay; do
  modprobe --dirname kernel --set-version "$release" --show-depends "$module"
done | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' >modules
while read -r module; do
  cp "$module" initramfs/modules/
  basename "$module"
done <modules >initramfs/modules/order
(cd initramfs && find . | cpio --quiet -o -H newc) >"$into/initramfs"
