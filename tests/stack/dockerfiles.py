"""The Dockerfiles build the binary by the same text, and run it as nobody.

    dockerfiles.py ROOT
"""

import re
import sys
from pathlib import Path

FILES = ("Dockerfile.orchestrator", "Dockerfile.test_agent", "deploy/Dockerfile")
BUILDER = re.compile(r"^# --- builder.*?^# --- end of builder$", re.M | re.S)
# The UI is copied into one of them; everything else is the same.
ONLY_WITH_UI = "COPY --from=ui /ui/dist ui/dist\n"


def problems_of(text, pinned):
    stages = re.findall(r"^FROM (\S+)", text, re.M)
    for base in stages:
        if not re.search(r":(\d+\.)+\d+-|:\d+-", base):
            yield f"{base} is not pinned"
    last = text[text.rindex("\nFROM "):]
    if not re.search(r"^USER \d+:\d+$", last, re.M):
        yield "does not end as a user with a number"
    for wanted in ("HEALTHCHECK", "org.opencontainers.image.title", "EXPOSE", "ENTRYPOINT [", "CMD ["):
        if wanted not in last:
            yield f"has no {wanted}"
    if f"FROM rust:{pinned}-" not in text or f"RUSTUP_TOOLCHAIN={pinned}" not in text:
        yield f"does not build with Rust {pinned}, which rust-toolchain.toml pins"


def main():
    root = Path(sys.argv[1])
    pinned = re.search(r'channel = "([\d.]+)"', (root / "rust-toolchain.toml").read_text()).group(1)
    problems, builders = [], set()
    for name in FILES:
        text = (root / name).read_text()
        problems += [f"{name}: {what}" for what in problems_of(text, pinned)]
        builders.add(BUILDER.search(text).group(0).replace(ONLY_WITH_UI, ""))
    if len(builders) != 1:
        problems.append("the builder stages differ, so their layers are not shared")
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
