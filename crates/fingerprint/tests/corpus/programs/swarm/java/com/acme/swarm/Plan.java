package com.acme.swarm;

import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

class Plan {
    private final Map<String, Integer> costs = new HashMap<>();

    enum State { OPEN, DONE }

    void walk(String step, int depth) {
        if (depth == 0) {
            throw new IllegalStateException("step " + step + "-" + depth + " has no agent");
        }
        walk(step, depth - 1);
    }

    int expand(int[] steps, int depth) { return depth == 0 ? steps[7] : visit(steps, depth - 1); }

    int visit(int[] steps, int depth) { return expand(steps, depth); }

    int endless(int n) { return endlessChild(n + 1) + 1; }

    int endlessChild(int n) { return endless(n) + 1; }

    int total(List<String> steps) { return steps.stream().mapToInt(step -> costs.get(step)).sum(); }

    List<Integer> weights(List<Integer> steps) {
        return steps.stream().map(step -> 100 / step).collect(Collectors.toList());
    }

    Map<Integer, String> index(List<String> steps) {
        return steps.stream().collect(Collectors.toMap(String::length, step -> step));
    }

    State state(String name) { return State.valueOf(name); }

    int later(int n) throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            return pool.submit(() -> n / (n - n)).get();
        } finally {
            pool.shutdown();
        }
    }

    String composed(String url) {
        return CompletableFuture.supplyAsync(() -> Tools.fetch(url)).thenApply(String::trim).join();
    }

    Runnable step(int[] cells) {
        return new Runnable() {
            @Override
            public void run() { cells[cells.length] = 1; }
        };
    }

    int share(int total, int parts) { return total / parts; }

    List<String> frozen(int n) {
        List<String> steps = List.of("a");
        steps.add("b" + n);
        return steps;
    }

    int[] make(int n) { return new int[-n]; }

    void store(Object[] cells) { cells[0] = 1; }
}
