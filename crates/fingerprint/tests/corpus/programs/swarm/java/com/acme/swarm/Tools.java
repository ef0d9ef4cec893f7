package com.acme.swarm;

import java.nio.file.*;
import java.util.*;
import java.util.function.*;

final class ToolException extends RuntimeException {
    ToolException(String message, Throwable cause) { super(message, cause); }
    ToolException(String message) { super(message); }
}

class Page {
    String title;
    List<String> links = new ArrayList<>();
}

class Tools {
    static String title(Page page) { return page.title.trim(); }

    static String link(Page page, int n) { return page.links.get(n); }

    static String fetch(String url) {
        if (url.contains("down")) {
            throw new ToolException("connect to " + url + " refused");
        }
        return "<html>";
    }

    static int port(String text) { return Integer.parseInt(text); }

    static String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (java.io.IOException error) {
            throw new ToolException("could not read " + path, error);
        }
    }

    static void check(String url) {
        if (!url.startsWith("http")) {
            throw new IllegalArgumentException("not a URL: '" + url + "'");
        }
        if (url.length() > 20) {
            throw new IllegalArgumentException("URL is too long");
        }
    }

    static String required(Map<String, String> settings, String name) {
        return Objects.requireNonNull(settings.get(name), "setting " + name.length() + " is missing");
    }

    static Integer kind(Object value) { return (Integer) value; }

    static void each(List<String> items) {
        for (String item : items) {
            items.remove(item);
        }
    }

    static <T> T first(Collection<T> items) { return items.iterator().next(); }

    static void validate(Map<String, String> record) {
        if (!record.containsKey("id")) {
            throw new IllegalStateException("record has no id");
        }
    }
}
