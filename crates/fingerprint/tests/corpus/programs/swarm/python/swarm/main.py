import asyncio
import importlib
import sys
import threading
import traceback

sys.dont_write_bytecode = True


def bugs(seed):
    from swarm.agents.research import Research
    from swarm.agents.writing import Writing
    from swarm.pipeline import plan
    from swarm.tools import web

    research = Research(f"worker-{seed}")
    writing = Writing(f"worker-{seed}")
    return {
        "crawl-refused": lambda: research.crawl(f"http://10.0.0.{seed}:8{seed:03}/down/{seed * 7919}"),
        "crawl-missing": lambda: research.crawl(f"http://docs/missing/{seed * 7919:x}"),
        "crawl-steadily-refused": lambda: research.crawl_steadily(f"http://down-{seed}/"),
        "publish-refused": lambda: writing.publish(f"http://down.example:{8000 + seed}/"),
        "index-no-json": lambda: research.read_index(f"http://index/{seed}"),
        "title-missing": lambda: research.summarize({"head": {}}),
        "title-none": lambda: research.summarize({"head": {"title": None}}),
        "links-missing": lambda: research.gather({"links": [{}] * seed}),
        "note-before-start": lambda: research.note(f"note {seed}"),
        "check-no-url": lambda: research.check(f"ftp-{seed}"),
        "check-long-url": lambda: research.check("http://" + "x" * (60 + seed)),
        "save-twice": lambda: research.save(f"task-{seed}"),
        "count-no-table": lambda: research.count(f"runs_{seed}"),
        "wrapped-refused": lambda: research.wrapped(f"http://down-{seed}/"),
        "wrapped-missing": lambda: research.wrapped(f"http://missing-{seed}/"),
        "cleanup-fails": lambda: research.cleanup_fails("http://down/", f"/var/lib/swarm/{seed}.lock"),
        "group-refused": lambda: asyncio.run(research.many([f"http://down-{n}/" for n in range(seed)])),
        "timeout": lambda: asyncio.run(research.slow(0.001 * seed)),
        "no-strategy": lambda: research.unknown(),
        "no-draft": lambda: writing.load_draft(f"draft-{seed * 31:08x}"),
        "no-style": lambda: writing.style("x"),
        "short-text": lambda: writing.count_words("a\nb" * seed),
        "record-without-id": lambda: writing.validate({"n": seed}),
        "render-missing": lambda: writing.render({"title": seed}),
        "join-number": lambda: writing.join(["a", seed]),
        "no-template": lambda: writing.template(f"/srv/templates/{seed}/page.html"),
        "unpack": lambda: writing.unpack(range(seed + 2)),
        "drafts-no-table": lambda: writing.save(f"x{seed}"),
        "no-agent-at-depth": lambda: plan.walk(f"step-{seed}", 3 * seed),
        "leaf-at-depth": lambda: plan.expand(f"step-{seed}", 4 * seed),
        "endless": lambda: plan.endless(seed),
        "zero-weight": lambda: plan.weights([1] * seed + [0]),
        "cost-missing": lambda: plan.total([{"cost": 1}] * seed + [{}]),
        "merge-mixed": lambda: plan.merged([[1], "x" * seed]),
        "order-unranked": lambda: plan.order(["x"] * seed),
        "assign-too-few": lambda: plan.assign([1] * seed, []),
        "over-budget": lambda: plan.budget(1000 * seed, 999),
        "decode-latin": lambda: plan.decode(b"x" * seed + b"\xe4"),
        "temperature-text": lambda: plan.temperature(f"warm{seed}"),
        "search-beyond": lambda: web.search("agents", 10 + seed),
    }


def run(name, seed):
    try:
        bugs(seed)[name]()
    except BaseException:
        sys.stderr.write(traceback.format_exc())


def main():
    name, seed = sys.argv[1], int(sys.argv[2])
    if seed % 2:
        run(name, seed)
    else:
        thread = threading.Thread(target=run, args=(name, seed))
        thread.start()
        thread.join()


if __name__ == "__main__":
    main()
