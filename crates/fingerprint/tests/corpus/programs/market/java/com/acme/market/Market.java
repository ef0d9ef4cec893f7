package com.acme.market;

import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Market {
    static class OrderException extends Exception {
        OrderException(String message) { super(message); }
        OrderException(String message, Throwable cause) { super(message, cause); }
    }

    static class PaymentDeclinedException extends OrderException {
        PaymentDeclinedException(String message, Throwable cause) { super(message, cause); }
    }

    record Line(String sku, int amount, Double price) {}

    interface Gateway { void charge(String order, String card); }

    static class Orders {
        private final Map<String, List<Line>> orders = new TreeMap<>();
        private final Gateway gateway;

        Orders(Gateway gateway) { this.gateway = gateway; }

        void place(String id, List<Line> lines) throws OrderException {
            if (lines.isEmpty()) {
                throw new OrderException("order " + id + " has no lines");
            }
            for (Line line : lines) {
                check(id, line);
            }
        }

        private void check(String id, Line line) throws OrderException {
            if (line.amount() < 0) {
                throw new OrderException("order " + id + " has the amount " + line.amount());
            }
            if (line.price() > 1000) {
                throw new OrderException("order " + id + " is too dear: " + line.price());
            }
        }

        int cancel(String id) { return orders.get(id).size(); }

        String refund(String id) { return orders.get(id).get(0).sku(); }

        void pay(String id, String card) throws OrderException {
            try {
                gateway.charge(id, card);
            } catch (RuntimeException error) {
                throw new PaymentDeclinedException("payment of " + id + " was declined", error);
            }
        }

        double total(List<Line> lines) { return lines.stream().mapToDouble(Line::price).sum(); }

        Map<String, Line> bySku(List<Line> lines) {
            return lines.stream().collect(Collectors.toMap(line -> line.sku(), Function.identity()));
        }

        Optional<Line> dearest(List<Line> lines) {
            return lines.stream().max(Comparator.comparing(line -> line.price()));
        }
    }

    static class Card implements Gateway {
        @Override
        public void charge(String order, String card) {
            if (card.startsWith("4000")) {
                throw new IllegalStateException("card " + card + " was refused");
            }
            if (card.length() != 16) {
                throw new IllegalArgumentException("card has " + card.length() + " digits");
            }
            connect(order);
        }

        void connect(String order) {
            try (var socket = new java.net.Socket("127.0.0.1", 1)) {
                socket.getOutputStream().write(order.getBytes());
            } catch (java.io.IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
        }
    }

    static class Shelf implements AutoCloseable {
        final String[] places;

        Shelf(int n) { places = new String[n]; }

        String newest() { return places[places.length]; }

        Object first() { return ((Object[]) (Object) new int[0][0])[0]; }

        @Override
        public void close() { throw new IllegalStateException("shelf of " + places.length + " is locked"); }
    }

    static <T> T retried(Supplier<T> action, int times) {
        RuntimeException last = null;
        for (int i = 0; i < times; i++) {
            try {
                return action.get();
            } catch (RuntimeException error) {
                last = error;
            }
        }
        throw new IllegalStateException("gave up after " + times + " tries", last);
    }

    static int bill(Map<String, List<String>> parts, String part) {
        return parts.get(part).stream().mapToInt(inner -> bill(parts, inner)).sum();
    }

    static Map<String, List<String>> chain(int n) {
        return IntStream.range(0, n).boxed().collect(Collectors.toMap(i -> "p" + i, i -> List.of("p" + (i + 1))));
    }

    static void handle(String name, int n) throws Exception {
        Orders orders = new Orders(new Card());
        String id = "O-" + n * 7919;
        switch (name) {
            case "order-empty" -> orders.place(id, List.of());
            case "order-negative" -> orders.place(id, List.of(new Line("a", -n, 1.0)));
            case "order-dear" -> orders.place(id, List.of(new Line("a", n, 1000.0 + n)));
            case "order-unpriced" -> orders.place(id, List.of(new Line("a", n, null)));
            case "cancel-unknown" -> orders.cancel(id);
            case "refund-unknown" -> orders.refund(id);
            case "pay-refused" -> orders.pay(id, "4000" + n);
            case "pay-short-card" -> orders.pay(id, "5".repeat(n));
            case "pay-no-connection" -> orders.pay(id, "5".repeat(16));
            case "total-unpriced" -> orders.total(List.of(new Line("a", n, null)));
            case "sku-twice" -> orders.bySku(List.of(new Line("a", n, 1.0), new Line("a", 1, 1.0)));
            case "dearest-unpriced" -> orders.dearest(List.of(new Line("a", n, null), new Line("b", n, 1.0)));
            case "shelf-beyond" -> new Shelf(n).newest();
            case "shelf-locked" -> { try (Shelf shelf = new Shelf(n)) { shelf.places[0] = "x"; } }
            case "shelf-first" -> new Shelf(n).first();
            case "retried" -> retried(() -> Integer.parseInt("n" + n), n + 1);
            case "part-missing" -> bill(chain(n + 1), "p0");
            default -> throw new AssertionError(name);
        }
    }

    public static void main(String[] arguments) {
        int n = Integer.parseInt(arguments[1]);
        Runnable work = () -> {
            try {
                handle(arguments[0], n);
            } catch (Exception error) {
                error.printStackTrace();
            }
        };
        if (n == 2) {
            java.util.concurrent.ForkJoinPool.commonPool().submit(work).join();
        } else {
            work.run();
        }
    }
}
