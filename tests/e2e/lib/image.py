# SPDX-License-Identifier: Apache-2.0
"""The image of the workloads: the daemons with their entrypoints, configuration and accounts."""

import os
import shutil
import subprocess

import clean
import debian

SCRIPTS = os.path.realpath(os.path.join(os.path.dirname(__file__), "../workload"))
PACKAGES = """base-files base-passwd bash coreutils cron curl dash findutils gettext-base git gosu
grep gzip hostname iproute2 less login mawk nano ncurses-base nginx
openssh-client openssh-server openssl passwd postgresql procps redis-server
redis-tools sed tar util-linux vim-tiny""".split()

ACCOUNTS = (("root", 0, "/root", "/bin/bash"), ("daemon", 1, "/", "/usr/sbin/nologin"),
            ("www-data", 33, "/var/www", "/usr/sbin/nologin"),
            ("nobody", 65534, "/nonexistent", "/usr/sbin/nologin"),
            ("postgres", 999, "/var/lib/postgresql", "/bin/bash"),
            ("redis", 998, "/data", "/usr/sbin/nologin"), ("sshd", 997, "/run/sshd", "/usr/sbin/nologin"),
            ("job", 1000, "/srv", "/bin/sh"))

# What the packages' scripts would have made: name -> (mode, text).
FILES = {
    "/etc/passwd": (0o644, "".join(f"{n}:x:{u}:{u}::{h}:{s}\n" for n, u, h, s in ACCOUNTS)),
    "/etc/group": (0o644, "".join(f"{n}:x:{u}:\n" for n, u, _, _ in ACCOUNTS) +
                   "adm:x:4:\ntty:x:5:\nmail:x:8:\nstaff:x:50:\n"),
    "/etc/shadow": (0o640, "".join(f"{n}:*:19700:0:99999:7:::\n" for n, _, _, _ in ACCOUNTS)),
    "/etc/hosts": (0o644, "127.0.0.1 localhost\n::1 localhost\n"),
    "/etc/resolv.conf": (0o644, ""),
    "/etc/hostname": (0o644, "workload\n"),
    "/etc/timezone": (0o644, "Etc/UTC\n"),
    "/etc/default/locale": (0o644, "LANG=C.UTF-8\n"),
    "/etc/environment": (0o644, ""),
    "/etc/pam.d/common-auth": (0o644, "auth [success=1 default=ignore] pam_unix.so nullok\n"
                               "auth requisite pam_deny.so\nauth required pam_permit.so\n"),
    "/etc/pam.d/common-account": (0o644, "account [success=1 new_authtok_reqd=done default=ignore] "
                                  "pam_unix.so\naccount requisite pam_deny.so\n"
                                  "account required pam_permit.so\n"),
    "/etc/pam.d/common-session": (0o644, "session required pam_permit.so\n"
                                  "session required pam_unix.so\n"),
    "/etc/pam.d/common-session-noninteractive": (0o644, "session required pam_permit.so\n"
                                                 "session required pam_unix.so\n"),
    "/etc/pam.d/common-password": (0o644, "password requisite pam_deny.so\n"),
    "/etc/nginx/nginx.conf": (0o644, """user www-data;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
	include /etc/nginx/mime.types;
	access_log /var/log/nginx/access.log;
	include /etc/nginx/conf.d/*.conf;
}
"""),
    "/etc/nginx/conf.d/default.conf": (0o644, """server {
	listen 80;
	location / { root /usr/share/nginx/html; index index.html; }
}
"""),
    "/etc/nginx/templates/tls.conf.template": (0o644, """server {
	listen 443 ssl;
	server_name ${SERVER_NAME};
	ssl_certificate /etc/nginx/tls/server.crt;
	ssl_certificate_key /etc/nginx/tls/server.key;
	location / { root /usr/share/nginx/html; }
}
"""),
    "/usr/share/nginx/html/index.html": (0o644, "<p>hello</p>\n"),
    "/usr/share/nginx/config.js.template": (0o644, "const api = '${API_URL}';\n"),
    "/docker-entrypoint-initdb.d/schema.sql": (0o644, "CREATE TABLE visit (at timestamptz);\n"),
    "/etc/redis.conf": (0o644, "bind 127.0.0.1\nport 6379\nappendonly yes\nsave 60 1\ndir /data\n"),
    "/etc/cron.d/job": (0o644, "@reboot root /usr/local/bin/backup\n"
                        "@reboot job date >>/srv/backup/daily/times\n"),
    "/etc/ssh/sshd_config": (0o644, "Port 2222\nListenAddress 127.0.0.1\nUsePAM yes\n"
                             "PasswordAuthentication no\n"),
    "/srv/app/data.csv": (0o644, "1,2\n3,4\n"),
    "/root/notes.txt": (0o644, "notes\n"),
}

PLACES = {"nginx.sh": "/docker-entrypoint.sh", "nginx-listen.sh": "/docker-entrypoint.d/10-listen.sh",
          "nginx-template.sh": "/docker-entrypoint.d/20-template.sh",
          "postgres.sh": "/usr/local/bin/postgres-entrypoint.sh",
          "redis.sh": "/usr/local/bin/redis-entrypoint.sh",
          "cron.sh": "/usr/local/bin/cron-entrypoint.sh", "ssh.sh": "/usr/local/bin/ssh-entrypoint.sh",
          "job.sh": "/usr/local/bin/backup"}


def _put(top):
    for path, (mode, text) in FILES.items():
        os.makedirs(os.path.dirname(top + path), mode=0o755, exist_ok=True)
        with open(top + path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(top + path, mode)
    for name, path in PLACES.items():
        os.makedirs(os.path.dirname(top + path), mode=0o755, exist_ok=True)
        shutil.copy(f"{SCRIPTS}/{name}", top + path)
        os.chmod(top + path, 0o755)
    for name in ("bashrc", "profile"):
        shutil.copy(f"{top}/usr/share/base-files/dot.{name}", f"{top}/root/.{name}")
    for path, target in (("/var/run", "/run"), ("/var/log/nginx/access.log", "/dev/stdout"),
                         ("/var/log/nginx/error.log", "/dev/stderr"),
                         ("/usr/bin/awk", "mawk"), ("/usr/bin/vi", "vim.tiny"),
                         ("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC")):
        os.makedirs(os.path.dirname(top + path), mode=0o755, exist_ok=True)
        if os.path.isdir(top + path) and not os.path.islink(top + path):
            os.rmdir(top + path)
        if not os.path.lexists(top + path):
            os.symlink(target, top + path)


def _make_ssh_keys(top):
    """Those of the server, and one with which www-data logs in as job."""
    with open(top + "/dev/null", "x", encoding="utf-8"):  # they ask for it, and use it for nothing
        subprocess.run(["chroot", top, "ssh-keygen", "-A"], capture_output=True, check=True)
        os.mkdir(top + "/srv/client", 0o755)
        subprocess.run(["chroot", top, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        "/srv/client/key"], check=True)
    os.unlink(top + "/dev/null")
    os.chown(top + "/srv/client/key", 33, 33)
    os.mkdir(top + "/srv/.ssh", 0o755)
    shutil.copy(top + "/srv/client/key.pub", top + "/srv/.ssh/authorized_keys")


def build():
    """Makes it and gives its folder; Skip when the packages cannot be had."""
    top = clean.work_dir() + "/workloads"
    part = top + ".part"
    os.umask(0o022)
    debian.unpack(PACKAGES, part)
    _put(part)
    os.mkdir(part + "/etc/nginx/tls", 0o755)
    subprocess.run(["chroot", part, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=localhost", "-keyout", "/etc/nginx/tls/server.key",
                    "-out", "/etc/nginx/tls/server.crt"], capture_output=True, check=True)
    _make_ssh_keys(part)
    os.rename(part, top)
    return top


def postgres_bin(top):
    """Where PostgreSQL's programs lie, for the PATH."""
    folder = "/usr/lib/postgresql"
    return f"{folder}/{max(os.listdir(top + folder), key=float)}/bin"
