// Ships the lines of standard input with the official client's BulkIndexer: each once, whatever happens.
//
// The client itself tries again when it is refused for overload (429) and when nobody answers.
// What had arrived already is told by its id (409).
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esutil"
)

func main() {
	client, err := elasticsearch.NewClient(elasticsearch.Config{
		Addresses:     []string{os.Getenv("ELASTIC_URL")},
		RetryOnStatus: []int{429, 502, 503, 504},
		MaxRetries:    100,
		RetryBackoff:  func(int) time.Duration { return 200 * time.Millisecond },
	})
	if err != nil {
		log.Fatal(err)
	}
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{
		Client:        client,
		Index:         os.Getenv("ELASTIC_INDEX"),
		NumWorkers:    2,
		FlushBytes:    40_000,
		FlushInterval: 200 * time.Millisecond,
		OnError:       func(_ context.Context, err error) { log.Fatal(err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := indexer.Add(context.Background(), item(bytes.Clone(lines.Bytes()))); err != nil {
			log.Fatal(err)
		}
	}
	if err := indexer.Close(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func item(line []byte) esutil.BulkIndexerItem {
	var event struct {
		ID string `json:"event_id"`
	}
	if err := json.Unmarshal(line, &event); err != nil {
		log.Fatal(err)
	}
	return esutil.BulkIndexerItem{
		Action:     "create",
		DocumentID: event.ID,
		Body:       bytes.NewReader(line),
		OnFailure: func(_ context.Context, _ esutil.BulkIndexerItem, reply esutil.BulkIndexerResponseItem, err error) {
			if err != nil || reply.Status != 409 {
				log.Fatalf("refused: %v %+v", err, reply)
			}
		},
	}
}
