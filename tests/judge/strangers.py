#!/usr/bin/env python3
"""strangers.py CUSTODY DIR [good|hostile|…]: archives that no program of ours has made, before the verifier.  Last line: N passed, M failed, 0 skipped."""
import os, shutil, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from authorities import Authorities
from writer import Archive, trust
import strangers_encrypted, strangers_good, strangers_hostile, strangers_large, strangers_signed, strangers_store

WORD = {0: "VALID", 7: "INVALID", 8: "INDETERMINATE"}


class Judge:
    def __init__(self, custody, where):
        self.custody, self.where, self.keys = custody, where, Authorities(os.path.join(where, "keys"))
        self.passed = self.failed = self.n = self.rows = 0
        self.every = int(os.environ.get("EVERY", "1"))

    def passed_over(self):
        """A sample is asked for, and this row is not of it."""
        self.rows += 1
        return self.rows % self.every != 0

    def place(self):
        self.n += 1
        return os.path.join(self.where, "c%04d" % self.n)

    def ask(self, *words):
        done = subprocess.run([self.custody, "--lang", "en"] + list(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        return WORD.get(done.returncode, "exit %d" % done.returncode), done.stdout

    def told(self, name, want, got, text, where=None):
        if got == want:
            self.passed += 1
            print("ok    " + name)
            if where and not os.environ.get("KEEP"):
                shutil.rmtree(where, ignore_errors=True)
        else:
            self.failed += 1
            print("FAIL  %s: %s, by the text %s (%s)" % (name, got, want, where))
            print("".join("      %s\n" % x for x in text.splitlines() if x.strip()[:1] not in "+" and "custody:" not in x)[:1500], end="")

    def archive(self, name, want, settings, policy, reader=None):
        where = self.place()
        a = Archive(self.keys, **settings).make()
        file = a.save(where)
        words = ["--trust", trust(self.keys, where, **policy)] if policy is not None else []
        key = (self.keys.file(reader + ".key"), self.keys.file(reader + ".crt")) if reader else ()
        got, text = self.ask("verify", *words, *(["--decrypt-key", key[0], "--decrypt-cert", key[1]] if key else []), file)
        if os.environ.get("READER"):    # a second judge, which has not seen our program either
            done = subprocess.run([sys.executable, os.path.join(HERE, "reader.py")] + words + (["--key", key[0], "--cert", key[1]] if key else []) + [file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
            self.told("reader: " + name, want, WORD.get(done.returncode, "exit %d" % done.returncode), done.stdout)
        self.told(name, want, got, text, where)


def main():
    judge = Judge(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    which = sys.argv[3:] or ["good"]
    if "good" in which:
        for name, (settings, policy) in strangers_good.good(judge.keys).items():
            if not judge.passed_over():
                judge.archive(name, "VALID", settings, policy)
    rows = strangers_hostile.hostile() if "hostile" in which else []
    rows += strangers_signed.cases(judge.keys) if "signed" in which else []
    rows += strangers_encrypted.cases() if "encrypted" in which else []
    for section, name, want, stage, spoil, settings, policy in rows:
        if not judge.passed_over():
            settings = dict(settings)
            settings["hooks"] = dict(settings.get("hooks", {}), **({} if stage in settings.get("hooks", {}) else {stage: spoil}))
            judge.archive("%s %s" % (section, name), {"I": "INVALID", "Q": "INDETERMINATE", "V": "VALID"}[want], settings, policy)
    if "encrypted" in which:
        base, *rows = strangers_encrypted.opened(judge)
        for name, want, stage, spoil in rows:
            for reader in base["readers"]:
                if not judge.passed_over():
                    judge.archive("8 opened by %s: %s" % (reader, name), want, dict(base, hooks={stage: spoil}), {}, reader)
    if "large" in which:
        strangers_large.run(judge)
    if "store" in which:
        strangers_store.run(judge)
    print("%d passed, %d failed, 0 skipped" % (judge.passed, judge.failed))
    sys.exit(judge.failed != 0)


main()
