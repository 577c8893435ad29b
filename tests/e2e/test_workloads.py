#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Few false positives, shown: ordinary workloads from their distribution's packages, each started by
root as its image does it, used as it is used; and the detections that this may raise.
"""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import image  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector, short  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

# What each raises, and nothing else; and why that is said although nothing is wrong.
MAY = {
    "nginx": {"etc-written": "its entrypoint fits the configuration to the machine",
              "low-port-bound": "HTTP and HTTPS on their own ports"},
    "postgres": {},
    "redis": {},
    "cron": {},
    "ssh": {},
    "developer": {
        "private-key-read": "grep -r in nginx' directory reads the key that lies there",
        "app-changed": "sed -i below /srv",
        "low-port-bound": "the container is a web server's",
    },
}


class Workload(Runc):
    """A container whose first process is a daemon's entrypoint."""

    def __init__(self, lower, args, **options):
        super().__init__(lower=lower, args=args, **options)
        self._start(["runc", "run", "--bundle", self.bundle, self.id])

    def _remove(self):
        subprocess.run(["runc", "kill", self.id, "KILL"], capture_output=True, check=False)
        super()._remove()

    def ask(self, *words, user=0):
        """docker exec: what it printed, of a command that has to succeed."""
        done = self.exec(*words, user=user)
        if done.returncode:
            raise AssertionError(f"{words}: {done.returncode} {done.stdout!r:.300} "
                                 f"{done.stderr!r:.300}")
        return done.stdout.decode()

    def until(self, *words, user=0, deadline=60):
        """Waits until a command succeeds, as a health check does."""
        end = time.monotonic() + patience.of(deadline)
        while True:
            done = self.exec(*words, user=user)
            if not done.returncode:
                return
            if time.monotonic() > end or self._process.poll() is not None:
                raise AssertionError(f"{words}: {done.stdout!r:.200} {done.stderr!r:.300}; the "
                                     f"container said {self._errors!r:.400} {self.said()!r:.300}")
            time.sleep(0.2)

    def said(self):
        return list(self._lines.queue)

    def stop(self, signal, deadline=60):
        """docker stop, and waits for the end of the first process."""
        subprocess.run(["runc", "kill", self.id, signal], check=True)
        self._process.wait(patience.of(deadline))


class Terminal:
    """docker exec -it: a shell at a terminal, and somebody who types."""

    def __init__(self, container, *words):
        self._said = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            ["runc", "exec", "-t", "-e", "TERM=xterm", "--cwd", "/root", container.id, *words],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=clean.die_with_parent,
            start_new_session=True)
        os.close(slave)
        self._forget = clean.defer(clean.end_process, self._process)
        self._arrived = threading.Condition()
        self._lines = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                got = os.read(self._master, 65536)
            except OSError:
                got = b""
            with self._arrived:
                self._said += got
                self._arrived.notify_all()
            if not got:
                return

    def keys(self, text, then=None, deadline=30):
        """Types; waits until something new shows `then`."""
        with self._arrived:
            mark = len(self._said)
        os.write(self._master, text.encode())
        with self._arrived:
            if then and not self._arrived.wait_for(lambda: then.encode() in self._said[mark:],
                                                   patience.of(deadline)):
                raise AssertionError(f"{text!r}: no {then!r} in {self._said[mark:]!r:.900}")
            return self._said[mark:]

    def line(self, command):
        """Types a command, waits for its end, gives what it showed."""
        self._lines += 1
        return self.keys(f"{command}\necho end\"\"-{self._lines}.\n", f"end-{self._lines}.")

    def end(self):
        self.keys("exit\n")
        self._process.wait(patience.of(30))
        self._forget()
        os.close(self._master)


class Both:
    """The detector as it comes and one that shows everything, each with a fence."""

    def __init__(self, lower, alone, everything):
        self.lower = lower
        self.alone = alone
        self.everything = everything

    def judge(self, name, container, *seen):
        """All that the rules raised is allowed; and everything was seen."""
        mine = of(container)
        every = self.everything.all(mine)
        for want in seen:
            if not any(want.items() <= e["output_fields"].items() for e in every):
                raise AssertionError(f"of {len(every)} events of {name} none with {want}: "
                                     f"{'; '.join(map(short, every[-8:]))}")
        raised = [e for e in self.alone.all(mine) if rules(e)]
        print(f"# {name}: {len(every)} events of root, {len(raised)} alerts", flush=True)
        for event in raised:
            print("#  ", event["priority"], ",".join(sorted(rules(event))), short(event),
                  field(event, "proc.cmdline"), flush=True)
        ids = set().union(*map(rules, raised)) if raised else set()
        for other in sorted(ids ^ set(MAY[name])):
            event = next((e for e in raised if other in rules(e)), None)
            raise AssertionError(f"{name} raised {other}: {short(event)}, command "
                                 f"{field(event, 'proc.cmdline')}" if event else
                                 f"{name} no longer raises {other}: take it out of the table")


@contextlib.contextmanager
def world():
    lower = image.build()
    with Runc() as fence, Detector() as alone, Detector("--all") as everything:
        yield Both(lower, World(alone, fence), World(everything, fence))


# ---- the daemons -------------------------------------------------------------------------------

def test_nginx(w):
    with Workload(w.lower, ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"],
                  env=["SERVER_NAME=localhost", "API_URL=/api"]) as c:
        c.until("curl", "-fsS", "http://localhost/")
        assert "hello" in c.ask("curl", "-fsSk", "https://localhost/index.html")
        assert "/api" in c.ask("curl", "-fsS", "http://[::1]/config.js")
        c.ask("nginx", "-t")
        c.ask("nginx", "-s", "reload")
        c.until("curl", "-fsS", "http://localhost/")
        c.stop("QUIT")
        w.judge("nginx", c, {"evt.type": "execve", "proc.exepath": "/usr/sbin/nginx",
                             "proc.vpid": 1}, {"evt.type": "execve", "proc.exepath": "/usr/bin/sed"})


def test_postgres(w):
    path = image.postgres_bin(w.lower)
    with Workload(w.lower, ["postgres-entrypoint.sh", "postgres", "-c", "listen_addresses=*"],
                  env=[f"PATH={path}:/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "LANG=C.UTF-8",
                       "PGDATA=/var/lib/postgresql/data", "POSTGRES_PASSWORD=secret",
                       "POSTGRES_DB=shop"]) as c:
        psql = (f"{path}/psql", "postgresql://postgres:secret@127.0.0.1/shop", "-Atc")
        c.until(*psql, "SELECT 1")
        c.ask(*psql, "INSERT INTO visit SELECT now() FROM generate_series(1, 1000)")
        assert c.ask(*psql, "SELECT count(*) FROM visit").strip() == "1000"
        c.ask(*psql, "VACUUM ANALYZE", "-c", "CHECKPOINT")
        c.ask(f"{path}/pg_isready", "-h", "127.0.0.1")
        c.ask(f"{path}/pg_dump", psql[1], "-f", "/var/lib/postgresql/shop.sql")
        c.stop("INT")
        w.judge("postgres", c, {"evt.type": "execve", "proc.exepath": "/usr/sbin/gosu"},
                {"evt.type": "execve", "proc.exepath": f"{path}/pg_dump"})


def test_redis(w):
    with Workload(w.lower, ["redis-entrypoint.sh", "redis-server", "/etc/redis.conf"]) as c:
        c.until("redis-cli", "ping")
        assert c.ask("redis-cli", "SET", "a", "1").strip() == "OK"
        assert c.ask("redis-cli", "GET", "a").strip() == "1"
        c.ask("redis-cli", "BGSAVE")
        c.until("test", "-s", "/data/dump.rdb")
        c.stop("TERM")
        w.judge("redis", c, {"evt.type": "execve", "proc.exepath": "/usr/bin/setpriv"},
                {"evt.type": "execve", "proc.exepath": "/usr/bin/redis-cli"})


def test_cron(w):
    with Workload(w.lower, ["cron-entrypoint.sh"], env=["DATA=/srv/app", "LANG=C.UTF-8"]) as c:
        c.until("grep", "bytes", "/var/log/job/job.log")
        c.until("test", "-s", "/srv/backup/daily/times", user=1000)
        w.judge("cron", c, {"evt.type": "execve", "proc.exepath": "/usr/sbin/cron"},
                {"evt.type": "execve", "proc.exepath": "/usr/bin/tar"})


def test_ssh(w):
    """Each login is a chroot, a change of users and back, a look at the accounts and the keys."""
    with Workload(w.lower, ["ssh-entrypoint.sh"]) as c:
        login = ("ssh", "-p", "2222", "-i", "/srv/client/key", "-o", "StrictHostKeyChecking=no", "-o",
                 "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes")
        c.until(*login, "job@localhost", "true", user=33)
        assert c.ask(*login, "job@localhost", "id -un", user=33) == "job\n"
        assert "job" in c.ask(*login, "-tt", "job@localhost", "whoami", user=33)
        assert c.exec(*login, "nobody@localhost", "true", user=33).returncode == 255
        subprocess.run(["runc", "kill", c.id, "HUP"], check=True)
        c.until(*login, "job@localhost", "true", user=33)
        c.stop("TERM")
        w.judge("ssh", c, {"evt.type": "execve", "proc.exepath": "/usr/sbin/sshd"},
                {"evt.type": "setreuid", "proc.name": "sshd"})


# ---- a person ----------------------------------------------------------------------------------

LOOKS = """ls -la
cd /srv/app
cat data.csv
cat /etc/os-release
grep -rn listen /etc/nginx
ps aux
ps -ef | grep nginx
env | sort
id; whoami; hostname; uname -a; uptime
df -h; free -m; mount | head
top -bn1 | head
ss -lntp
curl --version
curl -sI http://localhost/
tail -n 5 /proc/1/status
find / -xdev -name '*.conf' | head
less -F /etc/nginx/nginx.conf
which nginx; type ls
du -sh /var/log
git status
git init -q . && git add -A && git -c user.name=d -c user.email=d@x commit -qm first
echo 5,6 >>data.csv
git diff | cat
git log --oneline | cat
cp data.csv /tmp/copy.csv && sort /tmp/copy.csv | uniq -c | awk '{ print $1 }'
sed -i s/5/7/ data.csv
tar -czf /tmp/app.tar.gz data.csv && rm /tmp/app.tar.gz
su -s /bin/sh -c id www-data
history | tail -n 3
""".splitlines()


def test_developer(w):
    with Workload(w.lower, ["nginx", "-g", "daemon off;"]) as c:
        c.until("curl", "-fsS", "http://localhost/")
        shell = Terminal(c, "bash")
        for command in LOOKS:
            shell.line(command)
        shell.keys("nano /root/notes.txt\n", "GNU nano")
        shell.keys("a line\x0f", "Write")
        shell.keys("\r", "Wrote")
        shell.keys("\x18", "app# ")
        shell.keys("vi /root/notes.txt\n", "notes.txt")
        shell.keys("Gomore\x1b:wq\r", "app# ")
        assert b"a line" in shell.line("cat /root/notes.txt; tail -n 1 /root/notes.txt")
        shell.end()
        assert c.ask("tail", "-n", "1", "/root/notes.txt") == "more\n"
        w.judge("developer", c, {"evt.type": "execve", "proc.exepath": "/usr/bin/nano"},
                {"evt.type": "execve", "proc.exepath": "/usr/bin/git"})


if __name__ == "__main__":
    suite.main(world)
