import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkIngester;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.FieldValue;
import co.elastic.clients.elasticsearch._types.Refresh;
import co.elastic.clients.elasticsearch._types.Result;
import co.elastic.clients.elasticsearch._types.SortOrder;
import co.elastic.clients.elasticsearch.core.MsearchResponse;
import co.elastic.clients.elasticsearch.core.ScrollResponse;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.http.HttpHost;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The official Elasticsearch client for Java, unmodified, against the server at SWARMSCOPE_ELASTIC.
 *
 * <p>Nothing here knows Swarmscope: the same file passes against Elasticsearch itself.
 */
class ClientTest {
    private static final Instant START = Instant.parse("2026-01-31T00:00:00Z");
    private static final String INDEX = "java-" + UUID.randomUUID();
    private static RestClientTransport transport;
    private static ElasticsearchClient client;

    @BeforeAll
    static void fill() throws Exception {
        RestClient connection = RestClient.builder(HttpHost.create(System.getenv("SWARMSCOPE_ELASTIC"))).build();
        transport = new RestClientTransport(connection, new JacksonJsonpMapper());
        client = new ElasticsearchClient(transport);
        try (BulkIngester<Void> ingester =
                BulkIngester.of(i -> i.client(client).maxOperations(150).globalSettings(s -> s.refresh(Refresh.True)))) {
            for (int number = 0; number < 1000; number++) {
                String id = Integer.toString(number);
                Map<String, Object> event = event(number);
                ingester.add(o -> o.index(i -> i.index(INDEX).id(id).document(event)));
            }
        }
    }

    @AfterAll
    static void remove() throws Exception {
        client.indices().delete(d -> d.index(INDEX));
        transport.close();
    }

    private static Map<String, Object> event(int number) {
        return Map.of(
                "@timestamp", START.plusSeconds(60L * number).toString(),
                "severity", number % 10 == 0 ? "ERROR" : "INFO",
                "message", "Task " + number + " finished",
                "metadata", Map.of("duration_ms", number));
    }

    @Test
    void theServerIsOneThatTheClientAccepts() throws Exception {
        assertTrue(client.info().version().number().startsWith("8."));
        assertTrue(client.ping().value());
        assertFalse(client.cluster().health().timedOut());
    }

    @Test
    void documentsAreWrittenChangedReadAndDeleted() throws Exception {
        assertEquals(Result.Created, client.index(i -> i.index(INDEX).id("a").document(event(1))).result());
        assertEquals(Result.Updated,
                client.update(u -> u.index(INDEX).id("a").doc(Map.of("n", 5)), Map.class).result());
        assertEquals(5, client.get(g -> g.index(INDEX).id("a"), Map.class).source().get("n"));
        // Of its kinds of errors this is one that the client leaves to its transport.
        ResponseException conflict = assertThrows(ResponseException.class,
                () -> client.create(c -> c.index(INDEX).id("a").document(event(1))));
        assertEquals(409, conflict.getResponse().getStatusLine().getStatusCode());
        assertTrue(conflict.getMessage().contains("version_conflict_engine_exception"));
        assertEquals(Result.Deleted, client.delete(d -> d.index(INDEX).id("a")).result());
        assertFalse(client.exists(e -> e.index(INDEX).id("a")).value());
        assertFalse(client.get(g -> g.index(INDEX).id("a"), Map.class).found());
        ElasticsearchException missing = assertThrows(ElasticsearchException.class,
                () -> client.search(s -> s.index("java-nothing"), Map.class));
        assertEquals("index_not_found_exception", missing.error().type());
    }

    @Test
    void itemsOfABulkAreToldOneByOne() throws Exception {
        var reply = client.bulk(b -> b.index(INDEX)
                .operations(o -> o.create(c -> c.id("1").document(event(1))))
                .operations(o -> o.delete(d -> d.id("none")))
                .operations(o -> o.update(u -> u.id("1").action(a -> a.doc(event(1))))));
        assertTrue(reply.errors());
        assertEquals(List.of(409, 404, 200), reply.items().stream().map(item -> item.status()).toList());
        assertNull(reply.items().get(1).error());
    }

    @Test
    void searchesFindSortAndAggregate() throws Exception {
        SearchResponse<Map> found = client.search(s -> s.index(INDEX).size(3)
                .query(q -> q.bool(b -> b
                        .filter(f -> f.term(t -> t.field("severity.keyword").value("ERROR")))
                        .filter(f -> f.range(r -> r.date(d -> d.field("@timestamp").gte("2026-01-31").lt("2026-01-31||+12h"))))))
                .sort(o -> o.field(f -> f.field("@timestamp").order(SortOrder.Desc)))
                .aggregations("hours", a -> a
                        .dateHistogram(h -> h.field("@timestamp").fixedInterval(i -> i.time("6h")))
                        .aggregations("severities", n -> n.terms(t -> t.field("severity.keyword"))))
                .aggregations("slowest", a -> a.max(m -> m.field("metadata.duration_ms")))
                .aggregations("quantiles", a -> a.percentiles(p -> p.field("metadata.duration_ms").percents(50.0, 95.0)))
                .aggregations("kinds", a -> a.cardinality(c -> c.field("severity.keyword"))), Map.class);
        assertEquals(72, found.hits().total().value());
        assertEquals(List.of("710", "700", "690"), found.hits().hits().stream().map(Hit::id).toList());
        var hours = found.aggregations().get("hours").dateHistogram().buckets().array();
        assertEquals(List.of(36L, 36L), hours.stream().map(bucket -> bucket.docCount()).toList());
        assertEquals("2026-01-31T00:00:00.000Z", hours.get(0).keyAsString());
        var severities = hours.get(0).aggregations().get("severities").sterms().buckets().array();
        assertEquals("ERROR", severities.get(0).key().stringValue());
        assertEquals(710.0, found.aggregations().get("slowest").max().value());
        assertEquals(1, found.aggregations().get("kinds").cardinality().value());
        assertEquals(2, found.aggregations().get("quantiles").tdigestPercentiles().values().keyed().size());
        assertEquals(100, client.count(c -> c.index(INDEX).query(q -> q.queryString(t -> t.query("severity:ERROR")))).count());
    }

    @Test
    void severalSearchesAreAnsweredAtOnce() throws Exception {
        MsearchResponse<Map> reply = client.msearch(m -> m
                .searches(s -> s.header(h -> h.index(INDEX)).body(b -> b.size(0).trackTotalHits(t -> t.enabled(true))
                        .query(q -> q.match(t -> t.field("message").query("finished")))))
                .searches(s -> s.header(h -> h.index("java-nothing")).body(b -> b.size(0))), Map.class);
        assertEquals(1000, reply.responses().get(0).result().hits().total().value());
        assertEquals("index_not_found_exception", reply.responses().get(1).failure().error().type());
    }

    @Test
    void everythingIsReadByPagesAndByScrolling() throws Exception {
        String point = client.openPointInTime(o -> o.index(INDEX).keepAlive(t -> t.time("1m"))).id();
        Set<String> seen = new HashSet<>();
        List<FieldValue> after = List.of();
        while (true) {
            List<FieldValue> last = after;
            var hits = client.search(s -> {
                s.size(300).pit(p -> p.id(point).keepAlive(t -> t.time("1m")))
                        .query(q -> q.range(r -> r.untyped(u -> u.field("metadata.duration_ms").gte(JsonData.of(500)))))
                        .sort(o -> o.field(f -> f.field("@timestamp")));
                return last.isEmpty() ? s : s.searchAfter(last);
            }, Map.class).hits().hits();
            if (hits.isEmpty()) {
                break;
            }
            hits.forEach(hit -> seen.add(hit.id()));
            after = hits.get(hits.size() - 1).sort();
        }
        assertEquals(500, seen.size());
        assertTrue(client.closePointInTime(c -> c.id(point)).succeeded());

        SearchResponse<Map> first = client.search(s -> s.index(INDEX).size(400).scroll(t -> t.time("1m"))
                .query(q -> q.exists(e -> e.field("metadata.duration_ms"))), Map.class);
        int hits = first.hits().hits().size();
        String scroll = first.scrollId();
        while (true) {
            String current = scroll;
            ScrollResponse<Map> page = client.scroll(s -> s.scrollId(current).scroll(t -> t.time("1m")), Map.class);
            if (page.hits().hits().isEmpty()) {
                break;
            }
            hits += page.hits().hits().size();
            scroll = page.scrollId();
        }
        String last = scroll;
        assertEquals(1000, hits);
        assertTrue(client.clearScroll(c -> c.scrollId(last)).succeeded());
    }

    @Test
    void templatesAliasesAndFieldsAreSetUpAndTold() throws Exception {
        String name = "java-template-" + UUID.randomUUID();
        client.indices().putIndexTemplate(t -> t.name(name).indexPatterns(name + "-*").template(m -> m
                .aliases(name + "-all", a -> a)
                .mappings(p -> p.properties("level", l -> l.keyword(k -> k)))));
        String made = name + "-1";
        client.index(i -> i.index(made).id("1").document(Map.of("level", "info")).refresh(Refresh.True));
        assertEquals(1, client.count(c -> c.index(name + "-all")).count());
        assertTrue(client.indices().getMapping(m -> m.index(made)).get(made).mappings().properties().get("level").isKeyword());
        assertTrue(client.fieldCaps(f -> f.index(made).fields("lev*")).fields().get("level").get("keyword").aggregatable());
        assertEquals("1", client.cat().indices(c -> c.index(made)).valueBody().get(0).docsCount());
        client.indices().delete(d -> d.index(made));
        client.indices().deleteIndexTemplate(d -> d.name(name));
    }
}
