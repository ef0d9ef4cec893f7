package com.acme.swarm;

import java.util.*;

public class Main {
    interface Agent { void run(String name, int s) throws Exception; }

    static class Worker implements Agent {
        private final Plan plan = new Plan();

        void crawl(String url) { Tools.fetch(url); }

        void publish(String url) { Tools.fetch(url); }

        void wrapped(String url) {
            try {
                crawl(url);
            } catch (ToolException error) {
                throw new IllegalStateException("worker could not crawl", error);
            }
        }

        @Override
        public void run(String name, int s) throws Exception {
            switch (name) {
                case "title-null" -> Tools.title(new Page());
                case "link-beyond" -> Tools.link(new Page(), s);
                case "crawl-refused" -> crawl("http://down-" + s + "/");
                case "publish-refused" -> publish("http://down-" + s + "/");
                case "wrapped-refused" -> wrapped("http://down-" + s + "/");
                case "port-text" -> Tools.port("x" + s);
                case "no-file" -> Tools.read("/srv/templates/" + s + ".html");
                case "check-no-url" -> Tools.check("ftp" + s);
                case "check-long-url" -> Tools.check("http://" + "x".repeat(20 + s));
                case "setting-missing" -> Tools.required(Map.of(), "n".repeat(s));
                case "kind-string" -> Tools.kind("x" + s);
                case "removed-meanwhile" -> Tools.each(new ArrayList<>(List.of("a", "b", "c")));
                case "first-of-none" -> Tools.first(new ArrayList<String>());
                case "record-without-id" -> Tools.validate(Map.of());
                case "no-agent-at-depth" -> plan.walk("s" + s, 3 * s);
                case "leaf-at-depth" -> plan.expand(new int[s], 3 * s);
                case "endless" -> plan.endless(s);
                case "cost-missing" -> plan.total(List.of("a", "b" + s));
                case "weight-zero" -> plan.weights(List.of(1, 0, s));
                case "index-twice" -> plan.index(List.of("a" + s, "b" + s));
                case "state-unknown" -> plan.state("S" + s);
                case "later" -> plan.later(s);
                case "composed-refused" -> plan.composed("http://down-" + s + "/");
                case "step-beyond" -> plan.step(new int[s]).run();
                case "share-none" -> plan.share(s, 0);
                case "frozen" -> plan.frozen(s);
                case "make-negative" -> plan.make(s);
                case "store-wrong" -> plan.store(new String[s]);
                default -> throw new AssertionError(name);
            }
        }
    }

    static void work(String name, int s) {
        try {
            new Worker().run(name, s);
        } catch (Throwable error) {
            error.printStackTrace();
        }
    }

    public static void main(String[] arguments) throws Exception {
        int s = Integer.parseInt(arguments[1]);
        if (s % 2 == 0) {
            Thread thread = new Thread(() -> work(arguments[0], s), "worker-" + s);
            thread.start();
            thread.join();
        } else {
            work(arguments[0], s);
        }
    }
}
