import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkIngester;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkListener;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import co.elastic.clients.util.BinaryData;
import co.elastic.clients.util.ContentType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/**
 * Ships the lines of standard input with the BulkIngester of the official client: each once, whatever happens.
 *
 * <p>The ingester tells of a request that failed as a whole, by a refusal (429) or because nobody answered; its
 * operations are added again a moment later. What had arrived already is told by its id (409).
 */
final class Ship implements BulkListener<Void> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger unacknowledged = new AtomicInteger();
    private BulkIngester<Void> ingester;

    public static void main(String[] arguments) throws Exception {
        new Ship().run();
    }

    private void run() throws Exception {
        RestClient connection = RestClient.builder(HttpHost.create(System.getenv("ELASTIC_URL"))).build();
        try (var transport = new RestClientTransport(connection, new JacksonJsonpMapper())) {
            ElasticsearchClient client = new ElasticsearchClient(transport);
            ingester = BulkIngester.of(i -> i.client(client).listener(this).maxOperations(200)
                    .flushInterval(200, TimeUnit.MILLISECONDS));
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                unacknowledged.incrementAndGet();
                ingester.add(operation(line));
            }
            while (unacknowledged.get() > 0) {
                Thread.sleep(50);
            }
            ingester.close();
            later.shutdown();
        }
    }

    private static BulkOperation operation(String line) throws Exception {
        String id = JSON.readTree(line).get("event_id").asText();
        BinaryData event = BinaryData.of(line.getBytes(StandardCharsets.UTF_8), ContentType.APPLICATION_JSON);
        String index = System.getenv("ELASTIC_INDEX");
        return BulkOperation.of(o -> o.create(c -> c.index(index).id(id).document(event)));
    }

    @Override
    public void beforeBulk(long execution, BulkRequest request, List<Void> contexts) {}

    @Override
    public void afterBulk(long execution, BulkRequest request, List<Void> contexts, BulkResponse reply) {
        for (BulkResponseItem item : reply.items()) {
            if (item.error() != null && item.status() != 409) {
                System.err.println("refused: " + item.status() + " " + item.error());
                System.exit(1);
            }
        }
        unacknowledged.addAndGet(-reply.items().size());
    }

    @Override
    public void afterBulk(long execution, BulkRequest request, List<Void> contexts, Throwable failure) {
        System.err.println("sent again: " + failure);
        later.schedule(() -> request.operations().forEach(ingester::add), 200, TimeUnit.MILLISECONDS);
    }
}
