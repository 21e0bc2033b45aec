#!/bin/bash
# pid 1 of a real node, in its own pid and mount namespaces: all its mounts and processes end with it.
# node-init.sh FOLDER CONTAINERD-SOCKET KUBELET ARGUMENT...
set -eu
folder=$1 socket=$2
shift 2
# The host's own folders stay as they are: a kubelet, another container runtime or a libvirt of the host may use them.
mkdir -p "$folder/var-lib" "$folder/var-log"
mount --bind "$folder/var-lib" /var/lib
mount --bind "$folder/var-log" /var/log
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/netns /var/lib/kubelet /var/lib/kubevirt /var/lib/kubevirt-node-labeller /var/log/pods /var/log/containers
# kubelet sets these for the whole machine, and nothing would restore them. Here it finds the values that it wants
# (setupKernelTunables in pkg/kubelet/cm).
mkdir -p "$folder/kernel"
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  name=${setting%=*}
  echo "${setting#*=}" >"$folder/kernel/${name//\//.}"
  mount --bind "$folder/kernel/${name//\//.}" "/proc/sys/$name"
done
# Volumes of virt-handler's pods are mounted with propagation in both directions.
mount --make-rshared /
containerd -c "$folder/containerd.toml" >>"$folder/containerd.log" 2>&1 &
for _ in $(seq 300); do
  [ -S "$socket" ] && ctr -a "$socket" version >/dev/null 2>&1 && break
  sleep 0.1
done
"$@" >>"$folder/kubelet.log" 2>&1 &
kubelet=$!
# When one of the two ends, the node ends, and the lab says so with the last line that is written here.
wait -n -p ended || :
name=containerd
[ "$ended" != "$kubelet" ] || name=kubelet
echo "$name has ended; the end of $folder/$name.log: $(tail -n 1 "$folder/$name.log")"
exit 1
