# One machine in namespaces: its own processes, network, files (an overlay of the real root) and, if wished, a real systemd.
# $1 the folder of the box, $2 its host name, $3 systemd or plain
set -e
repository=$(cd "${0%/*}/.." && pwd -P)
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
# What the real machine's gateways logged is no part of the scenario (the deletions stay in the overlay).
rm -f var/log/nginx/*
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
for group in /sys/fs/cgroup/*; do
  [ -d "$group" ] || continue
  mkdir "sys/fs/cgroup/${group##*/}"
  mount --bind "$group" "sys/fs/cgroup/${group##*/}"
done
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R sys/fs/cgroup && mount --bind /sys/fs/cgroup sys/fs/cgroup
else
  # A hierarchy that the real machine lacks must not come into being because systemd here looks for it.
  for group in $(awk '!/^#/ { print $1 }' /proc/cgroups) cpu,cpuacct net_cls,net_prio; do
    [ -e "sys/fs/cgroup/$group" ] && continue
    mkdir "sys/fs/cgroup/$group" && mount --bind "sys/fs/cgroup/$group" "sys/fs/cgroup/$group"
  done
fi
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty kmsg; do
  touch "dev/$node" && mount --bind "/dev/$node" "dev/$node"
done
mkdir dev/pts dev/shm dev/mqueue dev/hugepages
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
case $repository in
  /tmp/* | /run/*) mkdir -p ".$repository" && mount --bind -o ro "$repository" ".$repository" ;;
esac
mkdir -p mnt
pivot_root . mnt
cd /
umount -l /mnt
ip link set lo up
hostname "$2"
chmod 755 /root
# What a first process would carry from the shell that ran the lab.
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=unshare sh -c '
  echo ready
  if [ "$0" = systemd ]; then exec /lib/systemd/systemd --system --unit=basic.target; fi
  exec 1>/dev/null 2>&1
  sleep infinity &
  while :; do wait; done' "$3"
